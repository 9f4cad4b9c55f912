/** What a request is expected to come to; only the fields that are set are compared. */
export interface Expect {
  readonly outcome: string | undefined
  readonly status: number | undefined
  readonly flags: readonly string[] | undefined
  readonly details: string | undefined
  readonly cluster: string | undefined
  readonly policy: string | undefined
}

/** One request and what it is expected to come to. Who predicts and who really sends read the same form. */
export interface Expectation {
  readonly name: string
  /** Source and destination as `trace FROM TO` takes them. */
  readonly from: string
  readonly to: string
  readonly request: {
    readonly method: string | undefined
    readonly headers: readonly (readonly [string, string])[]
    readonly protocol: string | undefined
    readonly host: string | undefined
    readonly sni: string | undefined
    readonly uid: number | undefined
  }
  readonly expect: Expect
}

/** A field that came out otherwise than expected. */
export interface Difference {
  readonly field: keyof Expect
  readonly expected: string
  readonly actual: string
}

/** What a request came to; null where there is none, undefined where it is not known. */
export type Observed = {readonly [K in keyof Expect]: Expect[K] | null}
