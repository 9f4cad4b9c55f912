/** What a line of a log says. */
export interface LineExplanation {
  readonly writer: string
  /** The line in short, for a heading. */
  readonly heading: string
  readonly means: string
  readonly next: string
  readonly source?: string
  /** What else the line says. */
  readonly also: readonly string[]
  /** The words in it that have a meaning of their own. */
  readonly words: readonly {readonly word: string; readonly meaning: string}[]
}
