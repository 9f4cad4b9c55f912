import {ISTIO_ANALYZERS} from '../../rules/config/istio-codes.js'
import {CONFIG_RULES} from '../../rules/config/registry.js'

/** The rules with their titles, and the names of istioctl's analyzers they stand for. */
export function analyzerList(): string {
  const rules = CONFIG_RULES.map(
    ({code, slug, aliases, title}) =>
      `* ${code} ${slug}${aliases.length === 0 ? '' : ` (${aliases.join(' ')})`}:\n    ${title}`,
  )
  const names = ISTIO_ANALYZERS.map(name => `* ${name}`)
  return [...rules, "Names of istioctl's analyzers that --analyzer also takes:", ...names, ''].join('\n')
}
