// Standard output is the result's, so what is logged goes to standard error.

export function onStart({ step, prompt_inputs: inputs }) {
  console.error(`${step} starts with ${JSON.stringify(inputs)}`)
}

export function onResults({ step, result }) {
  console.error(`${step} gave ${JSON.stringify(result)}`)
}

export function onError({ step, error }) {
  console.error(`${step} failed: ${error.message}`)
}
