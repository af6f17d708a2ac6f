/** The reason with which a step's signal is aborted when its own `timeout` has passed. */
export class StepTimeout extends Error {
  override readonly name = 'StepTimeout'
  readonly limitMs: number

  constructor(limitMs: number) {
    super(`the step took longer than ${limitMs} ms`)
    this.limitMs = limitMs
  }
}
