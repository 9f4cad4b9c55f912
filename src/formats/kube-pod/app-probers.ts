import type {RewrittenProbe} from '../../model/kube/pod.js'
import {isObject, numberOf, objectOf, textOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** The HTTP probes in ISTIO_KUBE_APP_PROBERS, where injection keeps what it rewrote: JSON by `/app-health/CONTAINER/livez` and the like. */
export function readAppProbers(text: string | undefined): readonly RewrittenProbe[] {
  const held = parseYamlText(text ?? '')
  if (!isObject(held)) return []
  return Object.entries(held).flatMap(([path, prober]): RewrittenProbe[] => {
    const container = /^\/app-health\/([^/]+)\//.exec(path)?.[1]
    const http = objectOf(prober, 'httpGet')
    if (container === undefined || http === undefined) return []
    const port = numberOf(http, 'port')
    return [
      {
        container,
        port,
        scheme: textOf(http, 'scheme') === 'HTTPS' ? 'HTTPS' : 'HTTP',
      },
    ]
  })
}
