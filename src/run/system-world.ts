import type { World } from '../llms/world.ts'

/** The real clock and real randomness. `env` is where keys and settings come from. */
export function systemWorld(env: World['env']): World {
  return {
    env,
    random: Math.random,
    clock: {
      now: () => performance.now(),
      date: () => new Date(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const stop = (): void => {
            clearTimeout(timer)
            // Whoever aborts says why; the reason is handed on as it is.
            // eslint-disable-next-line prefer-promise-reject-errors
            reject(signal.reason)
          }
          if (signal.aborted) {
            // eslint-disable-next-line prefer-promise-reject-errors
            reject(signal.reason)
            return
          }
          const done = (): void => {
            signal.removeEventListener('abort', stop)
            resolve()
          }
          // A timer beyond 2^31 ms would fire at once.
          const timer = setTimeout(done, Math.min(Math.max(ms, 0), 2 ** 31 - 1))
          signal.addEventListener('abort', stop, { once: true })
        }),
    },
  }
}
