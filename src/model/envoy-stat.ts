/** A counter or gauge of Envoy. */
export interface EnvoyStat {
  readonly name: string
  readonly value: number
}
