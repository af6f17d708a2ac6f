type Paint = (text: string) => string

/** How kinds of text are set apart. The command line builds one with colours, tests and pipes use the plain one. */
export interface Palette {
  readonly error: Paint
  readonly warning: Paint
  readonly note: Paint
  readonly help: Paint
  readonly success: Paint
  readonly dim: Paint
  readonly bold: Paint
}

const same: Paint = (text) => text

/** Leaves every text as it is. */
export const plainPalette: Palette = {
  error: same,
  warning: same,
  note: same,
  help: same,
  success: same,
  dim: same,
  bold: same,
}
