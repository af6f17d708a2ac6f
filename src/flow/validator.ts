import { Ajv } from 'ajv'
import schema from '../../schemas/flow.schema.json' with { type: 'json' }

export const ajv = new Ajv({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  // Errors then hold the schema around them, of which messages speak.
  verbose: true,
  code: { source: true, esm: true },
})

/**
 * The published schema as a function. The build replaces this module by the code that ajv compiles it to, so that a
 * run neither loads ajv nor compiles anything.
 */
export const validateShape = ajv.compile(schema)
