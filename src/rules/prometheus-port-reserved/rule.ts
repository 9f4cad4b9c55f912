import {isOlder} from '../../model/istio-version.js'
import type {PodModel} from '../../model/pod.js'
import {SIDECAR_PORTS} from '../../model/reserved-ports.js'
import {isTemplated} from '../../model/templated.js'
import {listed} from '../mend.js'
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
    ...listed(targets).map(text => ({name: TARGETS, text: targets ?? '', port: text.split(':')[0] ?? ''})),
  ]
}

export const rule = defineRule({
  code: 'MCT1106',
  slug: 'prometheus-port-reserved',
  aliases: [],
  severity: 'error',
  title: "Prometheus is told to scrape one of the mesh's ports",
  why: 'The agent already merges the metrics of the proxy with those of the application. Since Istio 1.31 such a pod is refused at injection; before, metrics were counted twice or in a circle.',
  fix: "Name the application's own metrics ports in prometheus.io/port or prometheus.istio.io/scrape-targets, or remove the annotations.",
  references: ['https://istio.io/latest/docs/ops/integrations/prometheus/'],
  modes: ['sidecar'],
  needs: [],
  check: ({pod, version}): readonly Found[] => {
    // What injection itself wrote into a running pod is no mistake of the user.
    if (pod.exists || pod.annotations['prometheus.io/scrape'] !== 'true') return []
    const older = isOlder(version, 1, 31)
    return named(pod, older).flatMap(({name, text, port: written}): readonly Found[] => {
      if (isTemplated(written)) return []
      const port = Number(written)
      const path = `${pod.metadataPath}.annotations["${name}"]`
      const proof = [{from: path, text}]
      if (!/^\d+$/.test(written) || port < 1 || port > 65_535)
        return [{message: `${name}: "${written}" is no port.`, path, proof}]
      if (!REFUSED.includes(port)) return []
      const purpose = SIDECAR_PORTS.find(each => each.port === port)?.purpose ?? 'the mesh'
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
