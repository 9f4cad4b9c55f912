import type {MeshVersions} from '../../model/istio/mesh-versions.js'

const VERSION = String.raw`(\d+\.\d+(?:\.\d+)?[\w.+-]*)`

function matches(text: string, pattern: string): readonly RegExpMatchArray[] {
  return [...text.matchAll(new RegExp(pattern, 'gm'))]
}

/** Reads the text of `istioctl version`; undefined when none of its lines is there. */
export function istioctlVersion(text: string): MeshVersions | undefined {
  const client = matches(text, `^[ \\t]*client version: ${VERSION}`)[0]?.[1]
  const controlPlanes = matches(text, `^[ \\t]*(?:control plane|pilot|istiod) version: ${VERSION}`).flatMap(
    ([, version]) => version ?? [],
  )
  const line = matches(text, '^[ \\t]*data plane version: (.*)$')[0]?.[1] ?? ''
  const dataPlanes = matches(line, `${VERSION} \\((\\d+) prox`).map(([, version = '', count]) => ({
    version,
    proxies: Number(count),
  }))
  if (client === undefined && controlPlanes.length === 0 && dataPlanes.length === 0) return undefined
  return {client, controlPlanes, dataPlanes}
}
