import {textOf} from '../formats/decode.js'
import type {Source} from '../sources/source.js'

const UNKNOWN = 'v1.34.0'

/** The `/version` document: the captured kubelet version is used for the API server's, which is not captured. */
export async function serverVersion(source: Source): Promise<object> {
  const nodes = await source.objects({kind: 'Node'})
  const [node] = nodes.ok ? nodes.value : []
  const gitVersion = textOf(node, 'status', 'nodeInfo', 'kubeletVersion') ?? UNKNOWN
  const [, major = '1', minor = '34'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: source.origin.capturedAt ?? '',
    goVersion: '',
    compiler: 'meshctl',
    platform:
      textOf(node, 'status', 'nodeInfo', 'operatingSystem') === undefined
        ? 'linux/amd64'
        : `linux/${textOf(node, 'status', 'nodeInfo', 'architecture') ?? 'amd64'}`,
  }
}
