import {setTimeout as pause} from 'node:timers/promises'
import {ruleWords} from '../../analysis/netfilter/rule-words/words.js'
import {readableKernel} from '../../evidence/kernel/nothing-read.js'
import {readKernel} from '../../evidence/kernel/read-kernel.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import type {PodRef} from '../../model/kube-object.js'
import {type Chain, everyRule, type Rule, type Ruleset} from '../../model/ruleset.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'

/** A rule whose counters moved between two reads: how many packets and bytes more, and in all. */
export interface MovedRule {
  readonly at: string
  readonly rule: number
  readonly packets: number
  readonly bytes: number
  readonly total: number
  readonly words: string
  readonly text: string
}

export interface CountersReport extends Report {
  readonly subject: PodRef
  /** Milliseconds between the reads. */
  readonly waited: number
  readonly moved: readonly MovedRule[]
  /** How many rules were compared. */
  readonly compared: number
  /** Rules that only one of the reads has. */
  readonly changed: number
}

interface Counted {
  readonly at: string
  readonly table: string
  readonly chain: Chain
  readonly rule: Rule
}

/** The rules by place and text, so that one that was replaced is not compared with its successor. */
function byPlace(rulesets: readonly Ruleset[]): ReadonlyMap<string, Counted> {
  return new Map(
    everyRule(rulesets).map(({ruleset, table, chain, rule}) => {
      const at = `${table.family}/${table.name}/${chain.name}`
      const text = rule.text.replace(/\s*counter packets \d+ bytes \d+/, '')
      return [`${ruleset.backend} ${at} ${rule.position} ${text}`, {at, table: table.name, chain, rule}]
    }),
  )
}

/** The rules whose counters are higher in the second read, in the order of the tables. */
export function movedRules(before: readonly Ruleset[], after: readonly Ruleset[]): readonly MovedRule[] {
  const first = byPlace(before)
  return [...byPlace(after)].flatMap(([key, {at, table, chain, rule}]) => {
    const old = first.get(key)?.rule.counters
    const {counters} = rule
    if (old === undefined || counters === undefined || counters.packets <= old.packets) return []
    const words = ruleWords(table, chain, rule)
    return [
      {
        at,
        rule: rule.position,
        packets: counters.packets - old.packets,
        bytes: counters.bytes - old.bytes,
        total: counters.packets,
        words: words.purpose?.sentence ?? words.reading,
        text: rule.text.replace(/^-A \S+ /, ''),
      },
    ]
  })
}

/** Reads the rules twice and answers which of them matched packets in between; nothing is set to zero. */
export async function countersReport(given: Source, subject: PodRef, waitMs: number): Promise<CountersReport> {
  if (!given.traits.live)
    throw new UserError('--counters reads the rules twice, so it needs a live pod', {
      hint: 'A file or a bundle is one point in time; its counters are in the output of meshctl iptables.',
      next: 'meshctl iptables POD --counters',
    })
  const source = noted(given)
  const before = await readableKernel(await readKernel(source, subject), source, subject)
  await pause(waitMs)
  const after = await readKernel(source, subject)
  const all = byPlace(after.rulesets)
  const first = byPlace(before.rulesets)
  if ([...all.values()].every(({rule}) => rule.counters === undefined))
    throw new UserError('these rules were read without counters', {
      hint: 'iptables-save -c and nft list ruleset show them.',
    })
  const kept = [...all.keys()].filter(key => first.has(key)).length
  return {
    ...answeredFrom(source),
    gaps: after.gaps,
    notes: after.notes,
    subject,
    waited: waitMs,
    moved: movedRules(before.rulesets, after.rulesets),
    compared: kept,
    changed: all.size + first.size - 2 * kept,
  }
}
