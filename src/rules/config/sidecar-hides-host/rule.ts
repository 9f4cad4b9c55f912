import {clusterName, fullHost} from '../../../analysis/istio-config/host-names.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {hostCovers} from '../../../model/istio-config/host-pattern.js'
import type {SidecarConfig} from '../../../model/istio-config/traffic.js'
import type {ConfigRule} from '../config-rule.js'

/** True when the Sidecar imports the host of that namespace. */
function imports({egress, object}: SidecarConfig, namespace: string, host: string): boolean {
  return egress
    .flatMap(({hosts}) => hosts)
    .some(each => {
      const [scope = '', dns = ''] = each.split('/')
      const home = scope === '.' ? object.ref.namespace : scope
      return (home === '*' || home === namespace) && hostCovers(dns, host)
    })
}

export const rule: ConfigRule = {
  code: 'MCT2152',
  slug: 'sidecar-hides-host',
  aliases: [],
  severity: 'warning',
  title: 'Sidecar hides the host of a DestinationRule',
  why: 'Proxies of the namespace get configuration only for what the egress of its Sidecar lists: the rule is never used, and the host is unknown to them.',
  fix: 'Add NAMESPACE/HOST to the egress of the Sidecar.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener',
    'https://github.com/istio/istio/issues/28994',
  ],
  kinds: ['DestinationRule'],
  needs: ['Sidecar', ['Service', 'ServiceEntry']],
  check: set => {
    const usual = set.sidecars().filter(({selector, egress}) => selector === undefined && egress.length > 0)
    const index = set.hosts()
    return set.destinationRules().flatMap(({object, host, exportTo}) => {
      const {namespace} = object.ref
      const found = index.find(namespace, exportTo, host)
      const home = (found?.service ?? found?.entry)?.object.ref.namespace
      const sidecar = usual.find(each => each.object.ref.namespace === namespace)
      if (found === undefined || home === undefined || home === namespace || sidecar === undefined) return []
      if (imports(sidecar, home, fullHost(host, namespace))) return []
      const name = clusterName(found.host) === undefined ? found.host : fullHost(host, namespace)
      const message = `Sidecar ${fullName(sidecar.object)} does not list ${home}/${name}: pods of ${namespace} do not know the host, and the rule is never used.`
      return [{object, path: 'spec.host', message}]
    })
  },
}
