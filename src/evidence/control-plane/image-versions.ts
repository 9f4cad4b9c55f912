import {listOf, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'
import {podLabel, podRefOf} from '../../model/kube-object.js'
import {type ProxyConnection, proxyNamespace} from '../../model/sync-state.js'
import type {Source} from '../../sources/source.js'

/** The release in an image tag: `1.31.0` for `ztunnel:1.31.0-distroless`; undefined for other tags and digests. */
function imageVersion(pod: KubeObject): string | undefined {
  const proxy = listOf(pod, 'spec', 'containers').find(each => textOf(each, 'name') === 'istio-proxy')
  const tag = /:v?(\d+\.\d+[^:/@]*)(?:@|$)/.exec(textOf(proxy, 'image') ?? '')?.[1]
  return tag?.replace(/-(?:distroless|debug)$/, '')
}

/** Fills in the version of connections that report none (ztunnel) from the image of their pod; '' if that is unknown. */
export async function withImageVersions(
  source: Source,
  proxies: readonly ProxyConnection[],
): Promise<readonly ProxyConnection[]> {
  const silent = proxies.filter(({version}) => version === '')
  if (silent.length === 0) return proxies
  const namespaces = [...new Set(silent.map(({id}) => proxyNamespace(id)))]
  const answers = await Promise.all(namespaces.map(namespace => source.objects({kind: 'Pod', namespace})))
  const pods = new Map(
    answers.flatMap(answer => (answer.ok ? answer.value : [])).map(pod => [podLabel(podRefOf(pod)), pod]),
  )
  return proxies.map(proxy => {
    const pod = proxy.version === '' ? pods.get(proxy.id) : undefined
    return pod === undefined ? proxy : {...proxy, version: imageVersion(pod) ?? ''}
  })
}
