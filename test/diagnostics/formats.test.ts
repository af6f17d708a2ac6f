import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { catalogue } from '../../src/diagnostics/catalogue.ts'
import { llmflows } from '../cli/plain-io.ts'
import { goldenCases } from './golden.ts'

const count = { type: 'integer', minimum: 1 }
const text = { type: 'string', minLength: 1 }
const message = { type: 'object', required: ['text'], properties: { text, markdown: text } }
const physicalLocation = {
  type: 'object',
  required: ['artifactLocation'],
  properties: {
    artifactLocation: {
      type: 'object',
      required: ['uri'],
      properties: { uri: { type: 'string', pattern: '^[^ <>\\\\]+$' } },
    },
    region: {
      type: 'object',
      additionalProperties: false,
      required: ['startLine', 'startColumn', 'endLine', 'endColumn'],
      properties: { startLine: count, startColumn: count, endLine: count, endColumn: count },
    },
  },
}
const location = {
  type: 'object',
  required: ['physicalLocation'],
  properties: { id: { type: 'integer', minimum: 0 }, message, physicalLocation },
}

/** What readers of SARIF rely on, as the standard has it. */
const isSarif = new Ajv({ allErrors: true }).compile({
  type: 'object',
  additionalProperties: false,
  required: ['$schema', 'version', 'runs'],
  properties: {
    $schema: text,
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      minItems: 1,
      maxItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['tool', 'results', 'columnKind', 'invocations'],
        properties: {
          columnKind: { const: 'utf16CodeUnits' },
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name', 'version', 'rules'],
                properties: {
                  name: { const: 'llmflows' },
                  version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id', 'shortDescription', 'help'],
                      properties: {
                        id: { enum: Object.keys(catalogue) },
                        shortDescription: message,
                        help: message,
                      },
                    },
                  },
                },
              },
            },
          },
          invocations: {
            type: 'array',
            items: {
              type: 'object',
              required: ['executionSuccessful'],
              properties: {
                executionSuccessful: { type: 'boolean' },
                toolExecutionNotifications: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['message', 'level'],
                    properties: { message, locations: { type: 'array', items: location } },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['ruleId', 'ruleIndex', 'level', 'message', 'locations'],
              properties: {
                ruleId: text,
                ruleIndex: { type: 'integer', minimum: 0 },
                level: { enum: ['error', 'warning', 'note'] },
                message,
                locations: { type: 'array', minItems: 1, maxItems: 1, items: location },
                relatedLocations: { type: 'array', items: location },
              },
            },
          },
        },
      },
    },
  },
})

const schema: object = JSON.parse(
  readFileSync(new URL('../../schemas/diagnostics.schema.json', import.meta.url), 'utf8'),
)
const isValidation = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

/** All flows with a mistake that are there to be read as text. */
const flows = goldenCases.map(({ flowPath }) => flowPath)

test('SARIF of every mistake there is has the structure of the standard, and rules for all codes in it', async () => {
  const { stdout, stderr, exitCode } = await llmflows(['validate', '--strict', '-f', 'sarif', ...flows])
  expect([stderr, exitCode]).toEqual(['', 2])
  const log = JSON.parse(stdout)
  isSarif(log)
  expect(isSarif.errors ?? []).toEqual([])
  const [{ tool, results, invocations }] = log.runs
  expect(invocations[0].executionSuccessful).toBe(true)
  expect(results.length).toBeGreaterThan(flows.length - 20)
  for (const result of results) expect(tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId)
  // Those that need a limit or an option of their own are not provoked here.
  expect(tool.driver.rules.length).toBeGreaterThan(Object.keys(catalogue).length - 4)
})

test('in SARIF a flow that cannot be read is a notification of the tool, not a mistake in a flow', async () => {
  const { stdout, exitCode } = await llmflows(['validate', '-f', 'sarif', 'no such <flow>.yaml'])
  const log = JSON.parse(stdout)
  isSarif(log)
  expect(isSarif.errors ?? []).toEqual([])
  expect(log.runs[0].results).toEqual([])
  expect(log.runs[0].invocations[0]).toMatchObject({
    executionSuccessful: false,
    toolExecutionNotifications: [
      {
        level: 'error',
        message: { text: 'flow file "no such <flow>.yaml" does not exist' },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'no%20such%20%3Cflow%3E.yaml' } } }],
      },
    ],
  })
  expect(exitCode).toBe(2)
})

test('JSON of every mistake there is follows the published schema', async () => {
  const { stdout } = await llmflows(['validate', '--strict', '-f', 'json', ...flows, 'no-such.yaml'])
  const validation = JSON.parse(stdout)
  isValidation(validation)
  expect(isValidation.errors ?? []).toEqual([])
  expect(validation.flows).toHaveLength(flows.length + 1)
  expect(isValidation({ flows: [{ ...validation.flows[0], more: 1 }] })).toBe(false)
  expect(isValidation({ flows: [{ path: 'x', valid: true }] })).toBe(false)
})

test('the schema of what validate finds is printed', async () => {
  expect(JSON.parse((await llmflows(['schema', 'diagnostics'])).stdout)).toEqual(schema)
})
