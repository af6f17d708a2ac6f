import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readGguf } from '../../../src/llms/embedded/gguf.ts'
import { readMuse } from '../../../src/llms/embedded/muse.ts'
import { unpackTensor } from '../../../src/llms/embedded/stored-tensor.ts'
import { entry, ggufFile, text, u32, u64 } from './gguf-file.ts'
import { modelFile } from './shipped-model.ts'

function numbers(file: Uint8Array, name: string): readonly number[] {
  const tensor = readGguf(file).tensors.get(name)
  return tensor === undefined ? [] : Array.from(unpackTensor(tensor))
}

/** The error of reading a damaged model; fails when it is a slip of the reader and not its verdict. */
function verdict(bytes: Uint8Array): string | undefined {
  try {
    readMuse(bytes)
    return undefined
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error
    return error.message
  }
}

describe('a GGUF file', () => {
  test('gives back its metadata of every type', () => {
    const eight = (write: (bytes: Buffer) => void): Buffer => {
      const bytes = Buffer.alloc(8)
      write(bytes)
      return bytes
    }
    const file = ggufFile({
      version: 2,
      entries: [
        entry('u8', 0, Buffer.from([200])),
        entry('i8', 1, Buffer.from([200])),
        entry('u16', 2, Buffer.from([1, 255])),
        entry('i16', 3, Buffer.from([1, 255])),
        entry('u32', 4, Buffer.from([0, 0, 0, 255])),
        entry('i32', 5, Buffer.from([0, 0, 0, 255])),
        entry('f32', 6, Buffer.from([0, 0, 192, 63])),
        entry('bool', 7, Buffer.from([1])),
        entry('text', 8, text('Zürich')),
        entry('list', 9, Buffer.concat([u32(8), u64(2), text('a'), text('')])),
        entry('u64', 10, u64(2 ** 40)),
        entry(
          'i64',
          11,
          eight((bytes) => bytes.writeBigInt64LE(-5n)),
        ),
        entry(
          'f64',
          12,
          eight((bytes) => bytes.writeDoubleLE(0.1)),
        ),
      ],
    })
    expect(Object.fromEntries(readGguf(file).metadata)).toEqual({
      u8: 200,
      i8: -56,
      u16: 65281,
      i16: -255,
      u32: 0xff000000,
      i32: -0x1000000,
      f32: 1.5,
      bool: true,
      text: 'Zürich',
      list: ['a', ''],
      u64: 2 ** 40,
      i64: -5,
      f64: 0.1,
    })
  })

  test('gives back its tensors in F32, F16 and Q8_0', () => {
    const data = Buffer.alloc(96)
    data.writeFloatLE(0.25, 0)
    data.writeFloatLE(-3, 4)
    for (const [index, half] of [0x3c00, 0xc000, 0x0001, 0x7c00].entries())
      data.writeUInt16LE(half, 32 + 2 * index)
    data.writeUInt16LE(0x3800, 40) // a scale of one half
    for (let i = 0; i < 32; i++) data.writeInt8(i - 16, 42 + i)
    const file = ggufFile({
      data,
      tensors: [
        { name: 'plain', shape: [2], type: 0, offset: 0 },
        { name: 'half', shape: [2, 2], type: 1, offset: 32 },
        { name: 'blocks', shape: [32], type: 8, offset: 40 },
      ],
    })
    expect(numbers(file, 'plain')).toEqual([0.25, -3])
    expect(numbers(file, 'half')).toEqual([1, -2, 2 ** -24, Infinity])
    expect(numbers(file, 'blocks')).toEqual(Array.from({ length: 32 }, (_, i) => (i - 16) / 2))
  })

  const tensor = { name: 't', shape: [2], type: 0, offset: 0 }
  const data = Buffer.alloc(64)
  test.each<[what: string, file: Uint8Array, message: RegExp]>([
    ['is empty', Buffer.alloc(0), /^not a GGUF file/],
    ['is something else', Buffer.from('PK\u0003\u0004 and so on'), /^not a GGUF file/],
    ['is of version 1', ggufFile({ version: 1 }), /^GGUF version 1 is not supported$/],
    [
      'ends in its head',
      ggufFile({}).subarray(0, 6),
      /^the file ends after 6 bytes, but 4 more were due at byte 4$/,
    ],
    [
      'claims a billion tensors',
      Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1e9), u64(0)]),
      /^the count 1000000000 at byte 8 is more than the file can hold$/,
    ],
    [
      'claims more entries than a number can tell',
      Buffer.concat([Buffer.from('GGUF'), u32(3), u64(0), u64(2n ** 64n - 1n)]),
      /^the number 18446744073709551615 before byte 24 is too large$/,
    ],
    [
      'claims a list of a trillion texts',
      ggufFile({ entries: [entry('list', 9, Buffer.concat([u32(8), u64(1e12)]))] }),
      /^the count 1000000000000 at byte 44 is more/,
    ],
    [
      'claims a text of a terabyte',
      ggufFile({ entries: [entry('name', 8, u64(1e12))] }),
      /^the file ends after 64 bytes, but 1000000000000 more were due/,
    ],
    [
      'has a text that is not UTF-8',
      ggufFile({ entries: [entry('name', 8, Buffer.concat([u64(1), Buffer.from([255])]))] }),
      /^the text at byte 40 is not UTF-8$/,
    ],
    [
      'has a value of an unknown type',
      ggufFile({ entries: [entry('key', 99, u64(0))] }),
      /^the type 99 of the value/,
    ],
    [
      'has a list of an unknown type',
      ggufFile({ entries: [entry('list', 9, Buffer.concat([u32(77), u64(3), Buffer.alloc(9)]))] }),
      /^the type 77 of the value/,
    ],
    [
      'has lists in lists',
      ggufFile({ entries: [entry('list', 9, Buffer.concat([u32(9), u64(1), Buffer.alloc(40)]))] }),
      /^the array of arrays at byte 44 is not supported$/,
    ],
    [
      'has a key twice',
      ggufFile({ entries: [entry('key', 0, Buffer.from([1])), entry('key', 0, Buffer.from([1]))] }),
      /^the key "key" is there twice$/,
    ],
    [
      'has an alignment of zero',
      ggufFile({ entries: [entry('general.alignment', 4, u32(0))] }),
      /^the alignment 0 is not a whole number from 1 to 65536$/,
    ],
    ['has a tensor twice', ggufFile({ data, tensors: [tensor, tensor] }), /^the tensor "t" is there twice$/],
    [
      'has a tensor of five dimensions',
      ggufFile({ data, tensors: [{ ...tensor, shape: [1, 1, 1, 1, 1] }] }),
      /^the tensor "t" has 5 dimensions$/,
    ],
    [
      'has a tensor of an unknown format',
      ggufFile({ data, tensors: [{ ...tensor, type: 14 }] }),
      /^the tensor "t" has the format 14; known are F32, F16 and Q8_0$/,
    ],
    [
      'has a tensor without numbers',
      ggufFile({ data, tensors: [{ ...tensor, shape: [4, 0] }] }),
      /^the tensor "t" cannot have the shape 4×0 as F32$/,
    ],
    [
      'has blocks that are not full',
      ggufFile({ data, tensors: [{ ...tensor, shape: [33], type: 8 }] }),
      /^the tensor "t" cannot have the shape 33 as Q8_0$/,
    ],
    [
      'has a tensor larger than the world',
      ggufFile({ data, tensors: [{ ...tensor, shape: [2 ** 50, 2 ** 50, 2 ** 50, 2 ** 50] }] }),
      /^the tensor "t" \(.*\) ends at byte .* of 64 bytes of data$/,
    ],
    [
      'has a tensor beyond its end',
      ggufFile({ data, tensors: [{ ...tensor, offset: 60 }] }),
      /^the tensor "t" \(2\) ends at byte 68 of 64 bytes of data$/,
    ],
    [
      'has tensors that lie over each other',
      ggufFile({ data, tensors: [0, 1, 2].map((n) => ({ ...tensor, name: `t${n}`, shape: [8] })) }),
      /^the tensor "t2" lies over another one$/,
    ],
  ])('that %s is refused with the reason', (_, file, message) => {
    expect(() => readGguf(file)).toThrow(message)
  })
})

describe('a damaged copy of the model', () => {
  test('is refused wherever it was cut off', () => {
    const cuts = [
      ...Array.from({ length: 80 }, (_, i) => i),
      ...Array.from({ length: 60 }, (_, i) => 100 + 1009 * i),
      ...Array.from({ length: 20 }, (_, i) => 100_003 * (i + 1)),
      modelFile.length - 1,
    ]
    for (const cut of cuts) expect(verdict(modelFile.subarray(0, cut)), `cut at byte ${cut}`).toMatch(/\w/)
  })

  test('is read or refused in plain words whichever byte of its head has changed', () => {
    const headLength = 20_000
    fc.assert(
      fc.property(fc.nat(headLength), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const copy = Buffer.from(modelFile)
        copy[at] = copy[at]! ^ change
        verdict(copy)
      }),
      { numRuns: 60 },
    )
  })

  test.each<[find: string, replace: string, message: string]>([
    ['general.architecture', 'general.architexture', '"general.architecture" is missing'],
    ['llama.block_count', 'llama.black_count', '"llama.block_count" is missing'],
    ['tokenizer.ggml.scores', 'tokenizer.ggml.scorez', '"tokenizer.ggml.scores" is missing'],
    ['blk.3.ffn_down.weight', 'blk.3.ffn_town.weight', 'the tensor "blk.3.ffn_down.weight" is missing'],
    ['<|user|>', '<|usex|>', 'the model has no control token <|user|>'],
    ['<0x41>', '<0x4z>', 'the model has no token for the byte <0x41>'],
  ])('in which "%s" became "%s" is judged by what is then missing', (find, replace, message) => {
    const copy = Buffer.from(modelFile)
    copy.write(replace, copy.indexOf(find))
    expect(verdict(copy)).toBe(message)
  })

  test.each<[key: string, value: number, message: string]>([
    ['llama.context_length', 0, '"llama.context_length" is 0, not a whole number from 1 to 65536'],
    [
      'llama.context_length',
      0xffffffff,
      '"llama.context_length" is 4294967295, not a whole number from 1 to 65536',
    ],
    ['llama.embedding_length', 320, '"llama.rope.dimension_count" is 32; only 64 is supported'],
    [
      'llama.feed_forward_length',
      512,
      'the tensor "blk.0.ffn_gate.weight" has the shape 160×448 instead of 160×512',
    ],
    ['llama.feed_forward_length', 100, 'widths of 160 and 100 are not supported, only multiples of eight'],
    ['llama.block_count', 60_000, 'the tensor "blk.5.attn_norm.weight" is missing'],
    ['llama.attention.head_count', 7, 'a width of 160 cannot be shared by 7 heads'],
    ['llama.attention.head_count_kv', 1, '"llama.attention.head_count_kv" is 1; only 5 is supported'],
    [
      'tokenizer.ggml.eos_token_id',
      2222,
      '"tokenizer.ggml.eos_token_id" is 2222, not a place in a list of 2222',
    ],
  ])('whose %s is %i is refused', (key, value, message) => {
    const copy = Buffer.from(modelFile)
    const needle = text(key)
    copy.writeUInt32LE(value, copy.indexOf(needle) + needle.length + 4)
    expect(verdict(copy)).toBe(message)
  })
})
