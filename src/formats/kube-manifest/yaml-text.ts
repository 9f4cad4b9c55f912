import {parse} from 'yaml'
import {kubectlTags} from './yaml-tags.js'

/** The value of one YAML document held in a text field (a ConfigMap's entry, an annotation); undefined when it is not YAML. */
export function parseYamlText(text: string): unknown {
  try {
    return parse(text, {maxAliasCount: 100, version: '1.1', logLevel: 'error', customTags: kubectlTags})
  } catch {
    return undefined
  }
}
