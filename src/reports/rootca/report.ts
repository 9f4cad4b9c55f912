import {answeredFrom, noted} from '../../evidence/provenance.js'
import {fingerprints} from '../../formats/envoy-config-dump/certificate.js'
import {rootCaText} from '../../formats/envoy-config-dump/secrets.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {loadDump, requiredSection} from '../config-dump.js'
import type {Report} from '../report.js'

export interface RootCaReport extends Report {
  readonly pods: readonly [PodRef, PodRef]
  /** SHA-256 fingerprints of the root certificates each pod trusts. */
  readonly roots: readonly [readonly string[], readonly string[]]
  readonly shared: readonly string[]
}

async function rootsOf(source: Source, pod: PodRef): Promise<readonly string[]> {
  const {dump} = await loadDump(source, pod, ['secrets'])
  const text = rootCaText(requiredSection(dump, 'Secrets', source))
  if (text === undefined) {
    throw new UserError(`cannot find ROOTCA from secret of ${podLabel(pod)}`, {
      hint: 'Its Envoy has not received a root certificate, or the dump was taken without secrets.',
      next: `meshctl proxy-config secret ${podLabel(pod)} -o wide`,
    })
  }
  return fingerprints(text)
}

/** Whether two pods trust a common root certificate; if not, connections between them must fail. */
export async function rootCaReport(given: Source, pods: readonly [PodRef, PodRef]): Promise<RootCaReport> {
  const source = noted(given)
  const [left, right] = await Promise.all([rootsOf(source, pods[0]), rootsOf(source, pods[1])])
  const shared = left.filter(print => right.includes(print))
  return {
    ...answeredFrom(source),
    gaps: [],
    notes: [],
    pods,
    roots: [left, right],
    shared,
    failing: shared.length === 0,
  }
}
