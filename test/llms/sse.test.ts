import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonTexts } from '../../src/llms/json-texts.ts'
import { SseDecoder } from '../../src/llms/sse.ts'

test('events are found wherever the stream is cut and however its lines end', () => {
  // No line ends in the data itself: those would be lines of their own.
  const datum = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text))
  fc.assert(
    fc.property(
      fc.array(datum, { maxLength: 8 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.nat(200)),
      (data, end, cuts) => {
        const stream = data.map((text) => `: comment${end}event: x${end}data: ${text}${end}${end}`).join('')
        const decoder = new SseDecoder()
        const places = [
          0,
          ...cuts.map((cut) => Math.min(cut, stream.length)).toSorted((a, b) => a - b),
          stream.length,
        ]
        const found = places.slice(1).flatMap((place, i) => decoder.push(stream.slice(places[i], place)))
        expect([...found, ...decoder.end()]).toEqual(data)
      },
    ),
  )
})

test('several lines of data are one event', () => {
  const decoder = new SseDecoder()
  expect(decoder.push('data: {"a":\ndata:1}\n\ndata\nid: 7\n\n')).toEqual(['{"a":\n1}'])
  expect(decoder.end()).toEqual([])
})

async function texts(...pieces: readonly Uint8Array[]): Promise<readonly string[]> {
  async function* body() {
    yield* pieces
  }
  const found: string[] = []
  for await (const text of jsonTexts(body())) found.push(text)
  return found
}

test('a body is the same text in any pieces', async () => {
  const stream = Buffer.from(
    '\ufeffdata: {"text":"ä🎬"}\n\ndata: {"b":2}\n\ndata: [DONE]\n\ndata: {"after":1}\n\n',
  )
  const object = Buffer.from('\ufeff  {"text":"ä🎬"}')
  for (let i = 0; i <= stream.length; i++) {
    expect(await texts(stream.subarray(0, i), stream.subarray(i))).toEqual(['{"text":"ä🎬"}', '{"b":2}'])
  }
  for (let i = 0; i <= object.length; i++) {
    expect((await texts(object.subarray(0, i), object.subarray(i))).map((text) => text.trim())).toEqual([
      '{"text":"ä🎬"}',
    ])
  }
})

test('eight megabytes in one event take no more than linear time', async () => {
  const event = Buffer.from(`data: "${'x'.repeat(8 * 2 ** 20)}"\n\n`)
  const pieces = Array.from({ length: Math.ceil(event.length / 1024) }, (_, i) =>
    event.subarray(i * 1024, (i + 1) * 1024),
  )
  // 8,000 pieces: were each to scan all before it, this would be 3 · 10¹⁰ characters and no test would wait for it.
  expect((await texts(...pieces))[0]?.length).toBe(8 * 2 ** 20 + 2)
})
