import type { CompiledFlow } from '../../../src/graph/compile.ts'
import { compile } from '../../document/checked.ts'

/** A flow as large as people write them: thirty steps, fifty edges, items, values, long edges, two for order only. */
export function reportFlow(): CompiledFlow {
  const { compiled } = compile(`llmflows: 1
name: quarterly-report
inputs:
  company: { type: string }
  markets: { type: array, items: { type: string } }
steps:
  brief: { name: Research brief, prompt: "Brief for {company}" }
  press: { name: Press review, prompt: "{brief}" }
  filings: { name: Filings, prompt: "{brief}" }
  interviews: { name: Interview notes, for_each: 4, prompt: "{brief} {index}" }
  rivals: { name: Rival list, prompt: "{brief}" }
  figures: { name: Key figures, prompt: "{filings}" }
  risks: { name: Risks, prompt: "{filings} {press}" }
  tone: { name: Tone of the press, prompt: "{press}" }
  themes: { name: Themes, prompt: "{interviews}" }
  quotes: { name: Quotes worth keeping, prompt: "{interviews}" }
  profiles: { name: Profiles of rivals, for_each: 6, prompt: "{rivals} {index}" }
  compare: { name: Comparison, prompt: "{profiles} {figures}" }
  market: { name: Market outlook, for_each: "{markets}", as: m, prompt: "{m} {brief}" }
  outlook: { name: Outlook, prompt: "{market} {risks}" }
  tables: { name: Tables, value: { a: "{figures}", b: "{compare}" } }
  charts: { name: Chart captions, prompt: "{tables}" }
  strengths: { name: Strengths, prompt: "{compare} {themes}" }
  weaknesses: { name: Weaknesses, prompt: "{compare} {themes} {tone}" }
  chances: { name: Chances, prompt: "{outlook}" }
  threats: { name: Threats, prompt: "{outlook} {risks}" }
  swot: { name: SWOT, value: { s: "{strengths}", w: "{weaknesses}", o: "{chances}", t: "{threats}" } }
  story: { name: Story line, prompt: "{swot} {quotes}" }
  chapters: { name: "Chapter {index}", for_each: 5, prompt: "{story} {index}" }
  facts: { name: Fact check, prompt: "{chapters} {figures} {filings}" }
  edit: { name: Edit, prompt: "{chapters} {facts}" }
  summary: { name: Executive summary, prompt: "{edit}" }
  title: { name: Title, prompt: "{summary}" }
  legal: { name: Legal notice, prompt: "Notice for {company}" }
  translations: { name: Translations, for_each: "{markets}", as: m, prompt: "{summary} {m}" }
  report: { name: Report, value: { t: "{title}", s: "{summary}", e: "{edit}", c: "{charts}", l: "{legal}", x: "{translations}" } }
connections: { swot: edit, tone: story }
outputs: [report]
`)!
  if (compiled === undefined) throw new Error('the flow has a mistake')
  return compiled
}
