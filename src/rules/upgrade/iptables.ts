import {workloadHasProxy} from '../../analysis/istio-config/mesh-pods.js'
import {RELEASES, rangeText} from '../../analysis/netfilter/expected-rules/releases.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {humanCount} from '../../model/text/human-count.js'
import {POD_KINDS} from '../config/pod-kinds.js'
import {againstRunning, type UpgradeRule} from './upgrade-rule.js'

/** The group of releases with the same rules. */
function groupOf(minor: number) {
  return RELEASES.find(({from, to}) => from <= minor && minor <= to)
}

/** The kernel rules of sidecars, which change with the pod and not with istiod. */
export const iptablesChange: UpgradeRule = {
  code: 'MCT2273',
  slug: 'iptables-rules-change',
  aliases: [],
  severity: 'info',
  title: 'iptables rules of new pods differ',
  why: 'Pods keep the rules they were created with, so old and new pods intercept traffic differently until all are recreated.',
  fix: 'Recreate the pods after the upgrade; meshctl iptables POD says which releases make the rules a pod has.',
  references: ['https://istio.io/latest/docs/ops/deployment/application-requirements/'],
  kinds: POD_KINDS,
  check: set => {
    const captured = set.pods().filter(each => workloadHasProxy(each) && !each.hostNetwork)
    return againstRunning(
      set,
      captured.map(({object}) => object),
      (from, to) => {
        const [before, after] = [groupOf(from), groupOf(to)]
        if (before === undefined || after === undefined || before === after) return []
        return [...groupedBy(captured, ({object}) => object.ref.namespace)].flatMap(([namespace, pods]) => {
          const [object] = set.of('Namespace').filter(({ref}) => ref.name === namespace)
          const about = object ?? pods[0]?.object
          const message = `The rules of ${humanCount(pods.length, 'pod')} of ${namespace} stay those of ${rangeText(before)}; new pods get those of ${rangeText(after)}.`
          return about === undefined ? [] : [{object: about, message}]
        })
      },
    )
  },
}
