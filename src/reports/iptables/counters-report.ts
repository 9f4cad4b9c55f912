import {setTimeout as pause} from 'node:timers/promises'
import {type MovedRule, movedRules, rulesByPlace} from '../../analysis/netfilter/moved-rules.js'
import {readableKernel} from '../../evidence/kernel/nothing-read.js'
import {readKernel} from '../../evidence/kernel/read-kernel.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'

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
  const all = rulesByPlace(after.rulesets)
  const first = rulesByPlace(before.rulesets)
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
