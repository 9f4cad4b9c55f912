import {at, isObject} from '../formats/decode.js'
import {parseYamlText} from '../formats/kube-manifest/yaml-text.js'

/** Why a text is not a ProxyConfig (istio.io, MeshConfig); undefined when it is one. Unknown fields are ignored, as in Istio. */
export function proxyConfigProblem(text: string): string | undefined {
  const config = parseYamlText(text)
  if (config === undefined) return 'is not valid YAML'
  if (!isObject(config)) return 'is not a YAML mapping'
  const metadata = at(config, 'proxyMetadata')
  if (metadata === undefined || metadata === null) return undefined
  if (!isObject(metadata)) return 'has a proxyMetadata that is not a mapping'
  const [wrong] = Object.entries(metadata).filter(([, value]) => typeof value !== 'string' && value !== null)
  return wrong === undefined
    ? undefined
    : `has ${wrong[0]}: ${JSON.stringify(wrong[1])} in proxyMetadata, which is not a string: quote it`
}
