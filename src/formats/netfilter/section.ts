import type {Backend, IpFamily} from '../../model/kernel/ruleset.js'
import type {CleanLine} from './clean-lines.js'
import type {RulesDraft} from './rules-draft.js'

/** What the lines before a section said about it: header comments, prompts, log messages, or the evidence it came from. */
export interface SectionContext {
  readonly family?: IpFamily
  readonly backend?: Backend
  readonly tool?: string
  readonly table?: string
}

/** Reads the section that starts at a line and answers the index of the first line behind it; at least one line is taken. */
export type ReadSection = (
  lines: readonly CleanLine[],
  at: number,
  context: SectionContext,
  draft: RulesDraft,
) => number

/** True for `...` and `......`: rules were cut out here. */
export function isElision(text: string): boolean {
  return /^(\.{3,}|…+)$/.test(text)
}

/**
 * The table a list of chains belongs to when the text does not say: raw has only PREROUTING and OUTPUT; nat has POSTROUTING but no FORWARD;
 * filter lacks PREROUTING; mangle has all five (iptables(8)). Istio's own chain names decide for excerpts.
 */
export function inferTable(chains: readonly string[]): string {
  const has = (name: string) => chains.includes(name)
  if (has('PREROUTING') && has('FORWARD')) return 'mangle'
  if (has('FORWARD')) return 'filter'
  if (has('POSTROUTING')) return 'nat'
  if (has('PREROUTING') && has('OUTPUT') && !has('INPUT') && !has('ISTIO_REDIRECT')) return 'raw'
  if (has('ISTIO_TPROXY') || has('ISTIO_DIVERT')) return 'mangle'
  if (chains.some(name => name.startsWith('ISTIO_') || name.startsWith('DOCKER_'))) return 'nat'
  if (has('INPUT') && !has('PREROUTING')) return 'filter'
  return 'nat'
}
