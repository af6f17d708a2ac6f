/** What a run may take at most; undefined for no limit. */
export interface BudgetLimits {
  readonly calls: number | undefined
  /** Of prompts and answers together. */
  readonly tokens: number | undefined
  /** In dollars. */
  readonly cost: number | undefined
}

/** What one call takes: at most, before it is made; in fact, afterwards. */
export interface Expense {
  /** Tokens of prompt and answer together. */
  readonly tokens: number
  /** In dollars; what has no known price counts nothing. */
  readonly cost: number
}

/** The room that a call has been given. */
export interface Reservation {
  /** The call is over and has taken this much, which is all that counts from now on. A second time does nothing. */
  settle(taken: Expense): void
}

export type BudgetLimit = keyof BudgetLimits

interface Waiter {
  readonly most: Expense
  readonly grant: (reservation: Reservation | BudgetLimit) => void
  readonly isGone: () => boolean
}

/**
 * What a run has taken and may still take, reckoned so that it can never take more: a call gets room for the most it can
 * take before it is made. One that does not fit waits while calls are under way that may turn out smaller, and is refused
 * when none is. Knows numbers only; does not know calls, prices or time.
 */
export class Budget {
  readonly limits: BudgetLimits
  readonly #waiting: Waiter[] = []
  #calls = 0
  #tokens = 0
  /** In billionths of a dollar: whole numbers add up exactly. */
  #cost = 0
  #underWay = 0

  /** `taken`: by earlier sessions of the same run. */
  constructor(limits: BudgetLimits, taken: Expense & { readonly calls: number }) {
    this.limits = limits
    this.#calls = taken.calls
    this.#tokens = taken.tokens
    this.#cost = billionths(taken.cost)
  }

  /**
   * Room for one call, at once or when those under way have left it. The limit that it would pass when there is none, and
   * there will be none. Calls are served in the order in which they come. Rejects with the signal's reason.
   */
  reserve(
    most: Expense,
    signal: AbortSignal,
  ): Reservation | BudgetLimit | Promise<Reservation | BudgetLimit> {
    const passed = this.#waiting.length > 0 ? undefined : this.#passedBy(most)
    if (this.#waiting.length === 0 && passed === undefined) return this.#take(most)
    if (this.#waiting.length === 0 && !this.#mayBecomeFree(passed)) return passed ?? 'calls'
    return new Promise((resolve, reject) => {
      let isGone = signal.aborted
      const leave = (): void => {
        isGone = true
        reject(signal.reason as Error)
        this.#serve()
      }
      if (isGone) {
        leave()
        return
      }
      signal.addEventListener('abort', leave, { once: true })
      const grant = (answer: Reservation | BudgetLimit): void => {
        signal.removeEventListener('abort', leave)
        resolve(answer)
      }
      this.#waiting.push({ most, grant, isGone: () => isGone })
    })
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const passed = next.isGone() ? undefined : this.#passedBy(next.most)
      if (this.#mayBecomeFree(passed)) return
      this.#waiting.shift()
      if (!next.isGone()) next.grant(passed ?? this.#take(next.most))
    }
  }

  /** Calls under way may take fewer tokens than they might, but each of them is a call. */
  #mayBecomeFree(passed: BudgetLimit | undefined): boolean {
    return passed !== undefined && passed !== 'calls' && this.#underWay > 0
  }

  #passedBy({ tokens, cost }: Expense): BudgetLimit | undefined {
    const { calls, tokens: mostTokens, cost: mostCost } = this.limits
    if (calls !== undefined && this.#calls + 1 > calls) return 'calls'
    if (mostTokens !== undefined && this.#tokens + tokens > mostTokens) return 'tokens'
    if (mostCost !== undefined && this.#cost + billionths(cost) > billionths(mostCost)) return 'cost'
    return undefined
  }

  #take(most: Expense): Reservation {
    this.#calls++
    this.#underWay++
    this.#add(most, 1)
    let isSettled = false
    return {
      settle: (taken) => {
        if (isSettled) return
        isSettled = true
        this.#underWay--
        this.#add(most, -1)
        this.#add(taken, 1)
        this.#serve()
      },
    }
  }

  #add({ tokens, cost }: Expense, sign: 1 | -1): void {
    this.#tokens += sign * tokens
    this.#cost += sign * billionths(cost)
  }
}

/** Rounded up, but for the noise in the last binary digits. */
function billionths(dollars: number): number {
  return Math.ceil(dollars * 1e9 - 1e-3)
}
