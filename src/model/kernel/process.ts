/** A process as `ps` lists it. */
export interface Process {
  /** Absent where the list was pasted without it. */
  readonly pid?: number
  readonly parent?: number
  /** As listed; `ps -ef` cuts long names and marks them with `+`. */
  readonly user?: string
  readonly uid?: number
  readonly command: string
  /** The container it runs in, where the list says so. */
  readonly container?: string
}
