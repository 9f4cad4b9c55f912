/** A table of `kubectl get` as pasted by a user: the kind by its columns, and the cells of each row by column. */
export interface KubectlTable {
  readonly kind: string
  readonly rows: readonly Readonly<Record<string, string>>[]
}
