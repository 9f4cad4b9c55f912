import {beforeAll, expect, test} from '@jest/globals'
import {EVIDENCE_IDS, type EvidenceId} from '../../src/model/evidence/evidence.js'
import type {PodRef} from '../../src/model/kube/kube-object.js'
import {checkReport} from '../../src/reports/check/report.js'
import {controlPlaneReport} from '../../src/reports/diff/control-plane.js'
import {driftReport, iptablesWithDriftReport} from '../../src/reports/iptables/drift-report.js'
import {packetReport} from '../../src/reports/packet/report.js'
import {portsReport} from '../../src/reports/ports/report.js'
import {proxyStatusReport} from '../../src/reports/proxy-status/report.js'
import {type Report, reportExitCode} from '../../src/reports/report.js'
import {versionReport} from '../../src/reports/version/report.js'
import {RULES} from '../../src/rules/registry.js'
import type {Source} from '../../src/sources/source.js'
import {resolveSubject} from '../../src/sources/subject.js'
import {corpusShare} from '../support/oracle-size.js'
import {sampleSource} from '../support/served.js'

/** What a report claims: each claim that holds is a text. An answer with less evidence may claim less, never something more or something else. */
export type Claims = (
  source: Source,
  pod: PodRef,
) => Promise<{readonly claims: readonly string[]; readonly report: Report}>

const NOW = new Date('2026-11-20T19:00:00Z')
/** A packet from another pod. */
export const SPEC = {in: 'tcp://:9080', peer: '10.0.0.9'}

/** The commands whose answer is a verdict, and what they claim. Rules of pod start are never "current". */
export const VERDICTS: Readonly<Record<string, Claims>> = {
  iptables: async (source, pod) => {
    const report = await iptablesWithDriftReport(source, pod)
    const current = report.startUp === undefined
    return {report, claims: current ? report.interceptions.map(({family, mode}) => `now ${family} ${mode}`) : []}
  },
  'iptables --drift': async (source, pod) => {
    const report = await driftReport(source, pod)
    const current = report.startUp === undefined
    const match = current && report.differences.length === 0 ? ['the current rules match'] : []
    return {report, claims: match}
  },
  packet: async (source, pod) => {
    const report = await packetReport(source, pod, SPEC)
    return {report, claims: report.undecided === true ? [] : [report.verdict]}
  },
  ports: async (source, pod) => {
    const report = await portsReport(source, pod)
    const firm = report.rows.filter(({verdict}) => verdict === 'reachable' || verdict === 'not listening')
    return {report, claims: firm.map(({port, protocol, verdict}) => `${port}/${protocol} ${verdict}`)}
  },
  check: async (source, pod) => {
    const [object] = await podObjects(source, pod)
    const report = await checkReport(source, object === undefined ? [] : [object], {
      rules: RULES,
      failOn: 'warning',
      istioNamespace: 'istio-system',
      deep: true,
      now: NOW,
    })
    const open = new Set(report.workloads.flatMap(each => each.notChecked.map(({code}) => code)))
    const found = new Set(report.workloads.flatMap(each => each.findings.map(({code}) => code)))
    const passed = RULES.map(({code}) => code).filter(code => !open.has(code) && !found.has(code))
    return {report, claims: passed.map(code => `${code} passed`)}
  },
  'proxy-status': async (source, pod) => {
    const report = await proxyStatusReport(source, {
      istioNamespace: 'istio-system',
      staleAfterMs: 0,
      proxy: `${pod.name}.${pod.namespace}`,
    })
    const fine = report.rows.filter(({proxy, problems}) => proxy !== undefined && problems.length === 0)
    return {report, claims: fine.map(({id}) => `${id} in sync`)}
  },
  diff: async (source, pod) => {
    const report = await controlPlaneReport(source, pod, {istioNamespace: 'istio-system'})
    return {report, claims: report.failing === true || report.gaps.length > 0 ? [] : ['no difference']}
  },
  version: async source => {
    const report = await versionReport(source, {client: 'x', istioNamespace: 'istio-system', revision: undefined})
    return {report, claims: report.proxies.map(({id, version}) => `${id} ${version}`)}
  },
}

async function podObjects(source: Source, {namespace, name}: PodRef) {
  const answer = await source.objects({kind: 'Pod', namespace, name})
  return answer.ok ? answer.value : []
}

/** The source with one piece of evidence gone, for a reason that is not a failure of the run. */
export function removed(source: Source, id: EvidenceId): Source {
  return {
    ...source,
    evidence: async (asked, subject, query) =>
      asked === id
        ? {ok: false, gap: {what: id, reason: 'no-privilege', detail: 'removed'}}
        : await source.evidence(asked, subject, query),
  }
}

/** The source with all kernel rules replaced by those of pod start: they can only be older. */
export function aged(source: Source): Source {
  const rules = EVIDENCE_IDS.filter(id => /^net\.(ip6?tables\.|nft)/.test(id))
  return rules.reduce<Source>(removed, source)
}

/** The source with the evidence of another pod in the place of one piece of the asked one. */
export function swapped(source: Source, id: EvidenceId, other: PodRef): Source {
  return {
    ...source,
    evidence: async (asked, subject, query) => await source.evidence(asked, asked === id ? other : subject, query),
  }
}

/** What a command claims, and its exit code. */
export async function claimsOf(
  ask: Claims,
  source: Source,
  pod: PodRef,
): Promise<{readonly claims: readonly string[]; readonly code: number}> {
  try {
    const {claims, report} = await ask(source, pod)
    return {claims, code: reportExitCode(report)}
  } catch (error) {
    // An error claims nothing and ends with 2; only those for people are expected here.
    if (error instanceof Error && error.name !== 'UserError') throw error
    return {claims: [], code: 2}
  }
}

/** Pods of the sample, healthy and sick, whose verdicts are compared. */
export const WORKLOADS = ['productpage-v1', 'sick-drift-v1', 'sick-nack-v1', 'sick-loopback-v1']

/** Asks every command about every workload with a share of all evidence removed, one piece after the other. */
export function eachPieceRemoved(share: number): void {
  let source: Source
  beforeAll(async () => {
    source = await sampleSource()
  })

  test.each(Object.keys(VERDICTS).flatMap(command => WORKLOADS.map(name => [command, name] as const)))(
    '%s of %s: each piece of evidence removed',
    async (command, name) => {
      const ask = VERDICTS[command] as Claims
      const {pod} = await resolveSubject(source, {name: `deploy/${name}`, namespace: 'demo'})
      const full = await claimsOf(ask, source, pod)
      for (const id of corpusShare('VERDICTS', EVIDENCE_IDS, share)) {
        const less = await claimsOf(ask, removed(source, id), pod)
        const more = less.claims.filter(claim => !full.claims.includes(claim))
        expect({without: id, more}).toEqual({without: id, more: []})
      }
    },
  )
}
