import {analysisPage, type ConfigRule} from '../config-rule.js'

/** True when one of the namespaces has that name, prefix or suffix (istio.io, AuthorizationPolicy, Source). */
function exists(written: string, namespaces: readonly string[]): boolean {
  const value = written.toLowerCase()
  if (value === '*') return true
  if (value.startsWith('*')) return namespaces.some(each => each.endsWith(value.slice(1)))
  if (value.endsWith('*')) return namespaces.some(each => each.startsWith(value.slice(0, -1)))
  return namespaces.includes(value)
}

export const rule: ConfigRule = {
  code: 'MCT2008',
  slug: 'source-namespace-unknown',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Policy names a namespace that does not exist',
  why: 'The condition never applies: an ALLOW rule admits no client by it, a DENY rule refuses none.',
  fix: 'Correct the namespace, or remove it.',
  references: [analysisPage('IST0101')],
  kinds: ['AuthorizationPolicy'],
  needs: ['Namespace'],
  check: set => {
    const namespaces = set.of('Namespace').map(({ref}) => ref.name.toLowerCase())
    return set.authorizationPolicies().flatMap(({object, namespaces: sources}) =>
      sources.flatMap(({values, path}) =>
        values.flatMap((value, index) =>
          exists(value, namespaces)
            ? []
            : [
                {
                  object,
                  path: `${path}[${index}]`,
                  about: `namespace ${value}`,
                  message: `No namespace matches ${JSON.stringify(value)}.`,
                },
              ],
        ),
      ),
    )
  },
}
