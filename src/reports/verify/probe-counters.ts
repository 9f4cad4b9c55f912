import {type MovedStat, movedStats} from '../../analysis/envoy-stats/moved.js'
import {type MovedRule, movedRules} from '../../analysis/netfilter/moved-rules.js'
import {readKernel, whyUnread} from '../../evidence/kernel/read-kernel.js'
import {parseStatsPage} from '../../formats/envoy/envoy-stats.js'
import type {EnvoyStat} from '../../model/envoy/envoy-stat.js'
import {type Answer, answered, gapSentence, missing} from '../../model/evidence/answer.js'
import type {Ruleset} from '../../model/kernel/ruleset.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'

/** What a pod has counted: packets by its kernel rules, requests and connections by its Envoy. */
export interface PodCounters {
  readonly pod: PodRef
  readonly rules: Answer<readonly Ruleset[]>
  readonly stats: Answer<readonly EnvoyStat[]>
}

/** The counters of a pod that went up while the request was under way; other traffic of the pod counts too. */
export interface CountersMoved {
  readonly pod: PodRef
  readonly rules: readonly MovedRule[]
  readonly stats: readonly MovedStat[]
  /** Why a kind of counters was not compared. */
  readonly unread: readonly string[]
}

async function rulesOf(source: Source, pod: PodRef): Promise<Answer<readonly Ruleset[]>> {
  const kernel = await readKernel(source, pod)
  const gap = whyUnread(kernel)
  if (kernel.rulesets.length === 0 && gap !== undefined) return {ok: false, gap}
  return kernel.from === 'live'
    ? answered(kernel.rulesets)
    : missing('the counters of the kernel rules', 'no-privilege', 'the current rules could not be read')
}

async function statsOf(source: Source, pod: PodRef): Promise<Answer<readonly EnvoyStat[]>> {
  const page = await source.evidence('envoy.stats', pod)
  const parsed = page.ok ? parseStatsPage(page.value) : page
  return parsed.ok ? answered(parsed.value.stats) : parsed
}

/** The counters of each pod as they are now; a pod whose counters could not be read before is not asked for them again. */
export async function readCounters(
  source: Source,
  pods: readonly PodRef[],
  before: readonly PodCounters[] = [],
): Promise<readonly PodCounters[]> {
  return await Promise.all(
    pods.map(async pod => {
      const known = before.find(each => podLabel(each.pod) === podLabel(pod))
      const [rules, stats] = await Promise.all([
        known?.rules.ok === false ? known.rules : rulesOf(source, pod),
        known?.stats.ok === false ? known.stats : statsOf(source, pod),
      ])
      return {pod, rules, stats}
    }),
  )
}

/** What went up between two reads of the same pods. */
export function countersMoved(before: readonly PodCounters[], after: readonly PodCounters[]): readonly CountersMoved[] {
  return after.map(({pod, rules, stats}) => {
    const first = before.find(each => podLabel(each.pod) === podLabel(pod))
    return {
      pod,
      rules: first?.rules.ok === true && rules.ok ? movedRules(first.rules.value, rules.value) : [],
      stats: first?.stats.ok === true && stats.ok ? movedStats(first.stats.value, stats.value) : [],
      unread: [rules, stats].flatMap(each => (each.ok ? [] : [gapSentence(each.gap)])),
    }
  })
}
