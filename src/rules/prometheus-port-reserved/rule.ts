import {isOlder} from '../../model/istio/istio-version.js'
import {SIDECAR_PORTS} from '../../model/istio/reserved-ports.js'
import type {PodModel} from '../../model/kube/pod.js'
import {commaList} from '../../model/text/comma-list.js'
import {isTemplated} from '../../model/text/templated.js'
import {defineRule, type Found} from '../rule.js'

const REFUSED = [15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090]

const PORT = 'prometheus.io/port'
const TARGETS = 'prometheus.istio.io/scrape-targets'

interface Named {
  readonly name: string
  readonly text: string
  readonly port: string
}

/** The ports to scrape: one, or since Istio 1.31 a list of `port:path` between commas. */
function named({annotations}: PodModel, older: boolean): readonly Named[] {
  const [port, targets] = [annotations[PORT], older ? undefined : annotations[TARGETS]]
  return [
    ...(port === undefined ? [] : [{name: PORT, text: port, port}]),
    ...commaList(targets).map(text => ({name: TARGETS, text: targets ?? '', port: text.split(':')[0] ?? ''})),
  ]
}

export const rule = defineRule({
  code: 'MCT1106',
  slug: 'prometheus-port-reserved',
  aliases: [],
  severity: 'error',
  title: 'Prometheus annotations name a port reserved for Istio',
  why: 'The agent already merges the metrics of proxy and application: since Istio 1.31 injection rejects such a pod; before, metrics are counted twice or scraped in a loop.',
  fix: "Set prometheus.io/port or prometheus.istio.io/scrape-targets to the application's own metrics ports, or remove the annotations.",
  references: ['https://istio.io/latest/docs/ops/integrations/prometheus/'],
  modes: ['sidecar'],
  needs: [],
  check: ({pod, version}): readonly Found[] => {
    // Injection itself sets these annotations on running pods.
    if (pod.exists || pod.annotations['prometheus.io/scrape'] !== 'true') return []
    const older = isOlder(version, 1, 31)
    return named(pod, older).flatMap(({name, text, port: written}): readonly Found[] => {
      if (isTemplated(written)) return []
      const port = Number(written)
      const path = `${pod.metadataPath}.annotations["${name}"]`
      const proof = [{from: path, text}]
      if (!/^\d+$/.test(written) || port < 1 || port > 65_535)
        return [{message: `${name}: "${written}" is not a port.`, path, proof}]
      if (!REFUSED.includes(port)) return []
      const purpose = SIDECAR_PORTS.find(each => each.port === port)?.purpose ?? 'Istio'
      return [
        {
          severity: older ? 'warning' : 'error',
          message: `${name} ${text === written ? 'is' : 'names'} ${port}, which is reserved for ${purpose}.`,
          path,
          proof,
        },
      ]
    })
  },
})
