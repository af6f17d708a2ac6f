import { configureGlobal } from 'fast-check'

// Tests draw new random cases at every run; FUZZ_SEED repeats one. In CI it is fixed, so that a change is judged by what it
// does and not by what was drawn that day.
const { FUZZ_SEED: seed } = process.env
if (seed !== undefined) configureGlobal({ seed: Number(seed) })
