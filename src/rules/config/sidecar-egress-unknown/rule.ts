import {fullHost} from '../../../analysis/istio-config/host-names.js'
import {hostsOverlap} from '../../../model/istio-config/host-pattern.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2153',
  slug: 'sidecar-egress-unknown',
  aliases: [],
  severity: 'warning',
  title: 'Egress of a Sidecar imports nothing',
  why: 'No Service and no ServiceEntry of that namespace has the host, so the pods get no configuration for it.',
  fix: 'Write NAMESPACE/HOST with the full host (NAMESPACE/NAME.NAMESPACE.svc.cluster.local), or with a wildcard (NAMESPACE/*).',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener-hosts',
    'https://github.com/istio/istio/issues/28994',
  ],
  kinds: ['Sidecar'],
  needs: ['Service'],
  check: set => {
    const known = set.hosts().all.map(({host, service, entry}) => ({
      host,
      home: (service ?? entry)?.object.ref.namespace ?? '',
    }))
    return set.sidecars().flatMap(({object, egress}) =>
      egress.flatMap(({hosts, path}) =>
        hosts.flatMap((written, index) => {
          const [scope = '', dns = ''] = written.split('/')
          if (['*', '.', '~'].includes(scope) || dns === '' || dns === '*') return []
          const own = known.filter(({home}) => home === scope)
          if (own.some(({host}) => hostsOverlap(dns, host))) return []
          const near = own.find(({host}) => host === fullHost(dns, scope) || host.startsWith(`${dns}.`))
          const hint = near === undefined ? '' : `; the host is ${near.host}`
          const message = `Namespace ${scope} has no host ${dns}${hint}.`
          return [{object, path: `${path}.hosts[${index}]`, message, about: written}]
        }),
      ),
    )
  },
}
