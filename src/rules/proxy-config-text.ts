import {at, isObject, textOf} from '../formats/decode.js'
import {parseYamlText} from '../formats/kube-manifest/yaml-text.js'
import {PROXY_CONFIG_FIELDS} from '../model/istio/proxy-config-fields.js'
import {goNanoseconds} from '../model/text/go-duration.js'
import {nearestNames} from '../model/text/nearest.js'

/** A field in camel case; Istio reads the names of the protocol buffers too (`hold_application_until_proxy_starts`). */
function camel(field: string): string {
  return field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** A field of a ProxyConfig that Istio ignores, and the one it looks like; a name like no other may be of a release not known here. */
export function misspeltField(text: string): {readonly field: string; readonly meant: string} | undefined {
  const config = parseYamlText(text)
  if (!isObject(config)) return undefined
  return Object.keys(config)
    .filter(field => !PROXY_CONFIG_FIELDS.includes(camel(field)))
    .flatMap(field => {
      const [meant] = nearestNames(camel(field), PROXY_CONFIG_FIELDS, 1)
      return meant === undefined ? [] : [{field, meant}]
    })[0]
}

/** The drain time in seconds that a ProxyConfig sets; undefined when it sets none, or not as a duration. */
export function drainSecondsOf(text: string): number | undefined {
  const duration = textOf(parseYamlText(text), 'terminationDrainDuration')
  const nanoseconds = duration === undefined ? undefined : goNanoseconds(duration)
  return nanoseconds === undefined ? undefined : nanoseconds / 1e9
}

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
