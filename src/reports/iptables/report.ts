import {type Interception, interceptionOf} from '../../analysis/netfilter/interception/interception.js'
import {type Oddity, odditiesOf} from '../../analysis/netfilter/interception/oddities.js'
import {isFailure} from '../../model/answer.js'
import type {PodRef} from '../../model/kube-object.js'
import {type IpFamily, type Ruleset, ruleCount} from '../../model/ruleset.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import {type Kernel, readKernel} from '../kernel/read-kernel.js'
import {waysText} from '../kernel/ways.js'
import type {Report} from '../report.js'

export interface IptablesReport extends Report {
  readonly subject: PodRef
  readonly kernel: Kernel
  readonly rulesets: readonly Ruleset[]
  readonly interceptions: readonly Interception[]
  readonly oddities: readonly Oddity[]
}

function denied(kernel: Kernel, subject: PodRef): UserError | undefined {
  const {gaps} = kernel
  const refused = gaps.filter(gap => gap.reason === 'no-privilege')
  const first = refused[0] ?? gaps.find(isFailure) ?? gaps[0]
  if (first === undefined) return undefined
  const asked = refused.length > 0 ? 'permission denied' : 'not to be had'
  return new UserError(
    `the kernel rules of ${subject.name === '' ? 'this pod' : subject.name} could not be read: ${asked} (${first.detail})`,
    {
      hint: waysText(subject),
    },
  )
}

/** Families worth a summary: those whose rules are known, IPv4 first. */
function families(rulesets: readonly Ruleset[]): readonly IpFamily[] {
  const all: readonly IpFamily[] = ['ip', 'ip6']
  return all.filter(family =>
    rulesets.some(set => (set.family === family || set.family === 'inet') && ruleCount(set) > 0),
  )
}

/** The rules of a pod, what they do to its traffic, and what is odd about them. */
export async function iptablesReport(source: Source, subject: PodRef): Promise<IptablesReport> {
  const kernel = await readKernel(source, subject)
  if (kernel.rulesets.length === 0) {
    const error = denied(kernel, subject)
    if (error !== undefined) throw error
    if (kernel.bytes.byteLength > 0 && kernel.from === 'text') {
      throw new UserError(`no netfilter rules were recognised in ${source.origin.label}`, {
        hint: 'Understood are iptables-save, iptables -S, iptables -L, restore input, nft list ruleset (text or JSON) and istio-init logs.',
      })
    }
  }
  const {rulesets, machine} = kernel
  const interceptions = families(rulesets)
    .map(family => interceptionOf(rulesets, machine, family))
    .filter(found => found !== undefined)
  return {
    origin: source.origin,
    gaps: kernel.gaps,
    notes: kernel.notes,
    subject,
    kernel,
    rulesets,
    interceptions,
    oddities: odditiesOf(rulesets, interceptions),
  }
}
