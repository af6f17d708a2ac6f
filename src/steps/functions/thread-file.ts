/** The file that the thread of functions is started with. The build puts it beside whatever starts it, and says so here. */
export const threadFile = new URL('../../../dist/function-thread.cjs', import.meta.url)
