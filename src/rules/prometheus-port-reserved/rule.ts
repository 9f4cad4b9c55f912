import {isOlder} from '../../model/istio-version.js'
import {SIDECAR_PORTS} from '../../model/reserved-ports.js'
import {isTemplated} from '../../model/templated.js'
import {defineRule, type Found} from '../rule.js'

const REFUSED = [15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090]

export const rule = defineRule({
  code: 'MCT1106',
  slug: 'prometheus-port-reserved',
  aliases: [],
  severity: 'error',
  title: "Prometheus is told to scrape one of the mesh's ports",
  why: 'The agent already merges the metrics of the proxy with those of the application. Since Istio 1.31 such a pod is refused at injection; before, metrics were counted twice or in a circle.',
  fix: "Name the application's own metrics port in prometheus.io/port, or remove the annotations.",
  references: ['https://istio.io/latest/docs/ops/integrations/prometheus/'],
  modes: ['sidecar'],
  needs: [],
  check: ({pod, version}): readonly Found[] => {
    // What injection itself wrote into a running pod is no mistake of the user.
    if (pod.exists || pod.annotations['prometheus.io/scrape'] !== 'true') return []
    const text = pod.annotations['prometheus.io/port']
    if (text === undefined || isTemplated(text)) return []
    const port = Number(text)
    const path = `${pod.metadataPath}.annotations["prometheus.io/port"]`
    const proof = [{from: path, text}]
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
      return [{message: `prometheus.io/port "${text}" is no port.`, path, proof}]
    if (!REFUSED.includes(port)) return []
    const purpose = SIDECAR_PORTS.find(each => each.port === port)?.purpose ?? 'the mesh'
    return [
      {
        severity: isOlder(version, 1, 31) ? 'warning' : 'error',
        message: `prometheus.io/port is ${port}, which is reserved for ${purpose}.`,
        path,
        proof,
      },
    ]
  },
})
