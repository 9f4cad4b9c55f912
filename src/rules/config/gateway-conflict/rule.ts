import {gatewaysWithSamePods} from '../../../analysis/istio-config/gateway-conflicts.js'
import {labelsText} from '../../../analysis/istio-config/label-selection.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {byText} from '../../../model/text/order.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2023',
  slug: 'gateway-conflict',
  aliases: ['IST0145'],
  severity: 'error',
  title: 'Gateways serve one host on one port',
  why: 'Only one of the servers is used, so routes of the other may be missing.',
  fix: 'Give each host to one Gateway, and refer to it from all VirtualServices.',
  references: [analysisPage('IST0145')],
  kinds: ['Gateway'],
  check: set => {
    const rivals = gatewaysWithSamePods(set)
    return set.gateways().flatMap(gateway =>
      gateway.servers.flatMap(server => {
        const others = (rivals.get(gateway) ?? []).filter(other =>
          other.servers.some(
            each =>
              server.port !== 0 &&
              each.port === server.port &&
              each.bind === server.bind &&
              each.hosts.some(host => server.hosts.includes(host)),
          ),
        )
        if (others.length === 0) return []
        const names = others.map(({object}) => fullName(object)).sort(byText)
        return [
          {
            object: gateway.object,
            path: `${server.path}.hosts`,
            message: `${names.join(', ')} also serve ${server.hosts.join(', ')} on port ${server.port} of the pods with ${labelsText(gateway.selector)}.`,
          },
        ]
      }),
    )
  },
}
