import {proxyMetadata} from '../../analysis/netfilter/expected-rules/from-pod.js'
import {appContainers, type PodModel} from '../../model/kube/pod.js'
import {commaList} from '../../model/text/comma-list.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const INCLUDE = 'ISTIO_OUTBOUND_OWNER_GROUPS'
const EXCLUDE = 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE'
/** istio-init rejects longer lists. */
const MOST = 64

/** Which containers the rules capture, by the group of each. */
function byContainer(pod: PodModel, captures: (group: string) => boolean): string {
  const containers = appContainers(pod).map(({name, security}) => {
    const group = security.runAsGroup ?? pod.security.runAsGroup
    if (group === undefined) return `${name} (group set by its image): unknown`
    return `${name} (group ${group}): ${captures(String(group)) ? 'captured' : 'not captured'}`
  })
  return containers.join('; ')
}

export const rule = defineRule({
  code: 'MCT1312',
  slug: 'owner-groups',
  aliases: [],
  severity: 'info',
  title: "Outbound capture depends on the sender's group",
  why: "Capture depends on the primary group of a process (supplementary groups do not count); a group name is resolved in the proxy's image, which does not know the groups of the application.",
  fix: 'List groups by number, at most 64, in one of the two variables, and set runAsGroup for each container; if not needed, remove both from proxyMetadata.',
  references: ['https://istio.io/latest/docs/reference/commands/pilot-agent/', PAGES.annotations],
  versions: 'Istio 1.14 and later',
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  uses: ['cni'],
  check: ({pod}, {cni}): readonly Found[] => {
    const include = proxyMetadata(pod, INCLUDE)
    const exclude = commaList(proxyMetadata(pod, EXCLUDE) ?? '')
    const only = include === undefined || include === '*' ? undefined : commaList(include)
    if (only === undefined && exclude.length === 0) return []
    const proof = [
      ...(only === undefined ? [] : [{from: INCLUDE, text: only.join(', ') || 'empty'}]),
      ...(exclude.length === 0 ? [] : [{from: EXCLUDE, text: exclude.join(', ')}]),
    ]
    if (cni?.inUse === true) {
      const message = 'Owner groups are set, but the CNI plugin ignores them: every group is captured.'
      return [{severity: 'warning', message, proof: [...proof, {from: 'interception', text: cni.because}]}]
    }
    const long = [only ?? [], exclude].find(({length}) => length > MOST)
    if (long !== undefined) {
      const message = `${long.length} owner groups are listed, but istio-init accepts at most ${MOST}: the pod does not start.`
      return [{severity: 'error', message, proof}]
    }
    if (only?.length === 0)
      return [{severity: 'warning', message: `${INCLUDE} is empty: no outbound traffic is captured.`, proof}]
    const captures = (group: string) => (only === undefined ? !exclude.includes(group) : only.includes(group))
    const all = `Outbound traffic of the containers: ${byContainer(pod, captures)}.`
    if (only !== undefined && exclude.length > 0) {
      const message = `${EXCLUDE} is ignored because ${INCLUDE} is set. ${all}`
      return [{severity: 'warning', message, proof}]
    }
    const named = [...(only ?? []), ...exclude].filter(group => !/^\d+$/.test(group))
    const names = named.length === 0 ? '' : ` Groups given by name: ${named.join(', ')}.`
    return [{message: `${all}${names}`, proof}]
  },
})
