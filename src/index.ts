export type { Diagnostic, Related, Severity } from './diagnostics/diagnostic.ts'
export { renderDiagnostics } from './diagnostics/render.ts'
export type { Override } from './document/override.ts'
export type {
  CommandStep,
  Connection,
  Flow,
  FlowStep,
  ForEach,
  FunctionStep,
  IndexStep,
  Input,
  LlmStep,
  SearchStep,
  Step,
  ValueStep,
} from './flow/flow.ts'
export type { LlmConfig } from './flow/llm-config.ts'
export type { Compilation, CompiledFlow } from './graph/compile.ts'
export type { Edge, Graph } from './graph/graph.ts'
export { checkSource, FlowError, loadFlow, type LoadOptions } from './graph/load.ts'
export { offline } from './graph/offline.ts'
export { criticalPath, topologicalOrder } from './graph/order.ts'
export type { SharedLimits } from './llms/account.ts'
export type { Clock, World } from './llms/world.ts'
export type {
  AttemptFinished,
  AttemptFirstToken,
  AttemptStarted,
  CancelReason,
  EmptyStep,
  EventListener,
  FlowEvent,
  ModelConfig,
  RunError,
  RunEvent,
  RunFinished,
  RunStarted,
  RunStatus,
  StepBlocked,
  StepCancelled,
  StepExpanded,
  StepFailed,
  StepReady,
  StepSkipped,
  StepStarted,
  StepSucceeded,
  StepSummary,
  TokenUsage,
  ToolCallFinished,
  ToolCallStarted,
} from './run/events.ts'
export type { Histories, Said } from './run/conversations.ts'
export { indexDocuments, type FileProblem, type Filling, type IndexOptions } from './run/index-documents.ts'
export { InternalError } from './run/internal-error.ts'
export { readKeptResult } from './run/kept-result.ts'
export { openSession, type KeptSession } from './run/kept-session.ts'
export type { Memory } from './run/memory.ts'
export { newRunId } from './run/run-id.ts'
export type { Account, StepAccount } from './run/past-run.ts'
export { NotAResult, readResult } from './run/read-result.ts'
export type { Recordings } from './run/recorded-llm.ts'
export { RunRefused, type RunProblem } from './run/refusal.ts'
export type { RunResult } from './run/result.ts'
export { resultText } from './run/result-text.ts'
export { runFlow, runTurn, type RunOptions, type Turn, type TurnOptions } from './run/run-flow.ts'
export type { AttemptResult, CallData, StepResult, StepStatus, ToolCallResult } from './run/step-result.ts'
export type { RunUsage } from './run/usage.ts'
export { readFlowFile, sourceOf, type FlowSource } from './document/flow-file.ts'
export type { Json } from './source/json.ts'
export { openHome, type Home } from './store/home.ts'
export { openPlayer, type Player } from './store/player.ts'
export { openRecorder, type Recorder } from './store/recorder.ts'
export { StoreError } from './store/store-error.ts'
export { SourceFile, type Position } from './source/source-file.ts'
export type { Span } from './source/span.ts'
