import {gatewayServices} from '../../../analysis/istio-config/gateway-home.js'
import {listenPorts, nodePortOf} from '../../../analysis/istio-config/gateway-ports.js'
import {labelsText, selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {replaceValue} from '../value-patch.js'

export const rule: ConfigRule = {
  code: 'MCT2024',
  slug: 'gateway-port-unserved',
  aliases: ['IST0162'],
  severity: 'warning',
  title: 'No Service leads to the Gateway port',
  why: 'The proxy listens on the port, but clients cannot reach it.',
  fix: 'Add the port to the Service of the gateway, or use a targetPort it has.',
  references: [analysisPage('IST0162'), 'https://istio.io/latest/docs/ops/common-problems/network-issues/'],
  kinds: ['Gateway'],
  needs: ['Service'],
  suspects: true,
  check: set =>
    set.gateways().flatMap(({object, selector, servers}) => {
      const pods = podsSelected(set, selector)
      const services =
        set.pods().length === 0
          ? gatewayServices(set, selector)
          : set
              .services()
              .filter(
                each =>
                  Object.keys(each.selector).length > 0 &&
                  pods.some(
                    pod =>
                      pod.object.ref.namespace === each.object.ref.namespace &&
                      selectorMatches(each.selector, pod.labels),
                  ),
              )
      if (pods.length === 0 && services.length === 0) return []
      const ports = listenPorts(services)
      return servers.flatMap(({port, path}) => {
        if (ports.has(port)) return []
        const node = nodePortOf(services, port)
        const hint =
          node === undefined
            ? ''
            : `; it is the nodePort of port ${node.port}, so the gateway receives port ${node.listen}`
        return [
          {
            object,
            path: `${path}.port.number`,
            message: `No Service sends traffic to port ${port} of the pods with ${labelsText(selector)}${hint}.`,
            ...definedFields({
              fix: node === undefined ? undefined : `Set number to ${node.listen}.`,
              patch: node === undefined ? undefined : replaceValue(`${path}.port.number`, port, node.listen),
            }),
          },
        ]
      })
    }),
}
