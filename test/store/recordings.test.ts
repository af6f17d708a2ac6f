import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openPlayer, type Player } from '../../src/store/player.ts'
import { openRecorder, type Recorder } from '../../src/store/recorder.ts'
import type { Json } from '../../src/source/json.ts'
import { unifiedDiff } from '../../src/source/unified-diff.ts'
import { errno, faultyFiles } from './faulty-files.ts'
import { asItIs, storeErrorOf, temporaryFolder } from './folders.ts'

const flow = 'soundtrack'

function recorderIn(folder: string): Recorder {
  return openRecorder(folder, { redact: asItIs })
}

function playerOf(folder: string): Player {
  return openPlayer(folder, { redact: asItIs })
}

function request(prompt: string, more: Readonly<Record<string, Json>> = {}): Json {
  return { provider: 'openai', model: 'gpt-test', ...more, messages: [{ role: 'user', content: prompt }] }
}

function filesIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.includes('.')).toSorted()
}

function textsIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(filesIn(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

/** The answers of a player, one after the other. */
function played(player: Player, step: string, prompt: string, times = 1): readonly Json[] {
  return Array.from({ length: times }, () => {
    const playback = player.play({ flow, step, request: request(prompt) })
    return playback.isHit ? playback.answer : 'a miss'
  })
}

describe('a recording', () => {
  test('is a file that can be read, with nothing in it that differs from run to run', async () => {
    const folder = join(temporaryFolder(), 'recordings')
    await recorderIn(folder).record(
      { flow: 'Sound track/2', step: 'critic[3]', request: request('Review this song:\nla la') },
      { text: 'It rhymes.', finish_reason: 'stop' },
    )
    expect(textsIn(folder)).toEqual({
      'Sound-track-2/critic-96e830344e.json': `{
  "llmflows_recording": 1,
  "flow": "Sound track/2",
  "step": "critic",
  "request": {
    "provider": "openai",
    "model": "gpt-test",
    "messages": [
      {
        "role": "user",
        "content": {
          "$lines": [
            "Review this song:",
            "la la"
          ]
        }
      }
    ]
  },
  "answer": {
    "text": "It rhymes.",
    "finish_reason": "stop"
  }
}
`,
    })
  })

  test('gives the answer back, whoever asks', async () => {
    const folder = temporaryFolder()
    await recorderIn(folder).record({ flow, step: 'title', request: request('a title') }, 'True Bonds')
    const player = playerOf(folder)
    expect(played(player, 'title', 'a title', 3)).toEqual(['True Bonds', 'True Bonds', 'True Bonds'])
    expect(played(player, 'renamed', 'a title')).toEqual(['True Bonds'])
    expect(player.play({ flow: 'other', step: 'x', request: request('a title') })).toEqual({
      isHit: true,
      answer: 'True Bonds',
      path: join(folder, 'soundtrack', filesIn(folder)[0]!.split('/')[1]!),
    })
    expect(player.play({ flow, step: 'title', request: request('a title', { seed: 1 }) }).isHit).toBe(false)
  })

  test('is the same in whatever order the calls of a run end', async () => {
    const calls = [2, 10, 1, 0].map((item) => ({
      call: { flow, step: `vote[${item}]`, request: request('yes or no?') },
      answer: item === 10 ? 'no' : 'yes',
    }))
    const [one, other] = [temporaryFolder(), temporaryFolder()]
    const [first, second] = [recorderIn(one), recorderIn(other)]
    await Promise.all(calls.map(({ call, answer }) => first.record(call, answer)))
    for (const { call, answer } of calls.toReversed()) await second.record(call, answer)
    expect(textsIn(one)).toEqual(textsIn(other))
    expect(filesIn(one)).toHaveLength(1)
    const player = playerOf(one)
    for (const { call, answer } of calls) expect(player.play(call)).toMatchObject({ isHit: true, answer })
  })

  test('gives a step that asks the same again what it was answered then, and at the end the last answer', async () => {
    const folder = temporaryFolder()
    const recorder = recorderIn(folder)
    for (const [round, answer] of ['first', 'second', 'third'].entries())
      await recorder.record({ flow, step: `agent/${round}/think`, request: request('go on') }, answer)
    await recorder.record({ flow, step: 'agent/2/think', request: request('go on') }, 'fourth')
    expect(filesIn(folder)).toEqual([expect.stringMatching(/^soundtrack\/agent-think-[0-9a-f]{10}\.json$/)])
    const player = playerOf(folder)
    expect(played(player, 'agent/1/think', 'go on', 2)).toEqual(['second', 'second'])
    expect(played(player, 'agent/2/think', 'go on', 3)).toEqual(['third', 'fourth', 'fourth'])
    expect(played(player, 'agent', 'go on', 5)).toEqual(['first', 'second', 'third', 'fourth', 'fourth'])
  })

  test('is not touched when it would mean the same, and replaced when the answer is another', async () => {
    const folder = temporaryFolder()
    const call = { flow, step: 'title', request: request('a title') }
    await recorderIn(folder).record(call, { text: 'one', usage: null })
    const path = join(folder, filesIn(folder)[0]!)
    const reformatted = JSON.stringify(JSON.parse(readFileSync(path, 'utf8')))
    writeFileSync(path, reformatted)
    utimesSync(path, new Date(0), new Date(0))
    await recorderIn(folder).record(call, { usage: null, text: 'one' })
    expect(readFileSync(path, 'utf8')).toBe(reformatted)
    expect(statSync(path).mtimeMs).toBe(0)
    await recorderIn(folder).record(call, { text: 'two' })
    expect(playerOf(folder).play(call)).toMatchObject({ answer: { text: 'two' } })
  })

  test('may be edited by hand', async () => {
    const folder = temporaryFolder()
    await recorderIn(folder).record({ flow, step: 'title', request: request('a title') }, 'True Bonds')
    const path = join(folder, filesIn(folder)[0]!)
    writeFileSync(path, readFileSync(path, 'utf8').replace('a title', 'another title'))
    expect(played(playerOf(folder), 'title', 'another title')).toEqual(['True Bonds'])
  })

  test('holds no secret, and is found by a request with that secret or without', async () => {
    const folder = temporaryFolder()
    const redact = (text: string): string => text.replaceAll('sk-test-not-a-real-key', '[redacted]')
    const call = { flow, step: 'title', request: request('my key is sk-test-not-a-real-key') }
    await openRecorder(folder, { redact }).record(call, { text: 'sk-test-not-a-real-key?' })
    expect(JSON.stringify(textsIn(folder))).not.toContain('sk-test')
    expect(openPlayer(folder, { redact }).play(call)).toMatchObject({ answer: { text: '[redacted]?' } })
    expect(played(playerOf(folder), 'title', 'my key is [redacted]')).toEqual([{ text: '[redacted]?' }])
  })
})

describe('a call that was not recorded', () => {
  test('is told together with the recording that is most like it, to be compared', async () => {
    const folder = temporaryFolder()
    const recorder = recorderIn(folder)
    const song = 'Write a song about {friendship}.\nUse simple words.\nRhyme every second line.'
    await recorder.record({ flow, step: 'lyrics', request: request(song) }, 'la')
    await recorder.record({ flow, step: 'title', request: request('What is a good title?') }, 'True Bonds')
    await recorder.record(
      { flow, step: 'critic', request: request('Review this song about friendship') },
      'good',
    )
    const playback = playerOf(folder).play({
      flow,
      step: 'lyrics',
      request: request(song.replace('simple', 'plain')),
    })
    if (playback.isHit) throw new Error('it was found')
    const { asked, nearest } = playback
    expect(nearest?.path).toMatch(/soundtrack\/lyrics-[0-9a-f]{10}\.json$/)
    expect(unifiedDiff('lyrics.json', nearest!.recorded, asked)).toContain(
      '-          "Use simple words.",\n+          "Use plain words.",\n',
    )
  })

  test('is compared with its own step first where all texts are alike', async () => {
    const folder = temporaryFolder()
    const recorder = recorderIn(folder)
    await recorder.record({ flow, step: 'a', request: request('translate the word house into French') }, 1)
    await recorder.record({ flow, step: 'b', request: request('translate the word house into German') }, 2)
    const playback = playerOf(folder).play({
      flow,
      step: 'b[4]',
      request: request('translate the word house'),
    })
    expect(playback).toMatchObject({ isHit: false, nearest: { path: expect.stringMatching(/\/b-/) } })
  })

  test('has nothing to be compared with where nothing is recorded', () => {
    expect(playerOf(temporaryFolder()).play({ flow, step: 'a', request: 'x' })).toEqual({
      isHit: false,
      asked: '"x"\n',
      nearest: undefined,
    })
  })
})

describe('recordings', () => {
  test('that cannot be read are an error that names the file', async () => {
    const folder = temporaryFolder()
    await recorderIn(folder).record({ flow, step: 'title', request: request('a title') }, 'True Bonds')
    const path = join(folder, filesIn(folder)[0]!)
    const whole = readFileSync(path, 'utf8')
    for (const text of ['', '[]', '{}', whole.slice(0, -3), whole.replace('"answer"', '"answers"')]) {
      writeFileSync(path, text)
      expect(await storeErrorOf(() => playerOf(folder))).toMatchObject({
        code: 'damaged',
        message: `"${path}" is no recording`,
      })
    }
    writeFileSync(path, whole.replace('"llmflows_recording": 1', '"llmflows_recording": 2'))
    expect(await storeErrorOf(() => playerOf(folder))).toMatchObject({ code: 'newer-format' })
  })

  test('that are not there, or cannot be made, are an error before the first call', async () => {
    const folder = temporaryFolder()
    expect(await storeErrorOf(() => playerOf(join(folder, 'none')))).toMatchObject({ code: 'not-found' })
    writeFileSync(join(folder, 'file'), '')
    expect(await storeErrorOf(() => recorderIn(join(folder, 'file')))).toMatchObject({ code: 'unsafe' })
    expect(await storeErrorOf(() => recorderIn(join(folder, 'none', 'none')))).toMatchObject({
      code: 'not-found',
    })
    const { fs } = faultyFiles(({ name }) => (name === 'open' ? errno('EROFS') : undefined))
    expect(await storeErrorOf(() => openRecorder(folder, { redact: asItIs, fs }))).toMatchObject({
      code: 'read-only',
    })
  })

  test('that cannot be written are an error of that call, and leave what was there', async () => {
    const folder = temporaryFolder()
    const call = { flow, step: 'title', request: request('a title') }
    await recorderIn(folder).record(call, 'before')
    let isFull = false
    const { fs } = faultyFiles(({ name }) => (isFull && name === 'write' ? errno('ENOSPC') : undefined))
    const recorder = openRecorder(folder, { redact: asItIs, fs })
    isFull = true
    await expect(recorder.record(call, 'after')).rejects.toMatchObject({ code: 'disk-full' })
    expect(playerOf(folder).play(call)).toMatchObject({ answer: 'before' })
    isFull = false
    await recorder.record(call, 'after')
    expect(playerOf(folder).play(call)).toMatchObject({ answer: 'after' })
  })

  test('lead nowhere else', async () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()]
    symlinkSync(elsewhere, join(folder, 'soundtrack'))
    const recording = recorderIn(folder).record({ flow, step: 'title', request: 'x' }, 'y')
    await expect(recording).rejects.toMatchObject({ code: 'unsafe' })
    expect(readdirSync(elsewhere)).toEqual([])
    writeFileSync(join(elsewhere, 'title.json'), 'no recording')
    expect(played(playerOf(folder), 'title', 'x')).toEqual(['a miss'])
  })

  test('may have other files beside them', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'soundtrack'))
    writeFileSync(join(folder, 'README.md'), 'how these were made')
    writeFileSync(join(folder, 'soundtrack', 'notes.txt'), '')
    expect(played(playerOf(folder), 'title', 'x')).toEqual(['a miss'])
  })
})
