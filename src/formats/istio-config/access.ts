import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {listOf, objectOf, textOf, textsOf} from '../decode.js'
import type {PlacedText} from './placed-text.js'

/** The principals an AuthorizationPolicy names, in sources and in conditions. */
export function principalsOf({raw}: ConfigObject): readonly PlacedText[] {
  return listOf(raw, 'spec', 'rules').flatMap((rule, ruleIndex) => {
    const sources = listOf(rule, 'from').flatMap((from, index) =>
      ['principals', 'notPrincipals'].flatMap(name =>
        textsOf(from, 'source', name).map((value, number) => ({
          value,
          path: `spec.rules[${ruleIndex}].from[${index}].source.${name}[${number}]`,
        })),
      ),
    )
    const conditions = listOf(rule, 'when').flatMap((when, index) =>
      textOf(when, 'key') !== 'source.principal'
        ? []
        : ['values', 'notValues'].flatMap(name =>
            textsOf(when, name).map((value, number) => ({
              value,
              path: `spec.rules[${ruleIndex}].when[${index}].${name}[${number}]`,
            })),
          ),
    )
    return [...sources, ...conditions]
  })
}

const JWT_SOURCES = ['requestPrincipals', 'notRequestPrincipals']

/** The paths of an AuthorizationPolicy's conditions on JWTs. */
export function jwtConditions({raw}: ConfigObject): readonly string[] {
  return listOf(raw, 'spec', 'rules').flatMap((rule, ruleIndex) => [
    ...listOf(rule, 'from').flatMap((from, index) =>
      JWT_SOURCES.filter(name => textsOf(from, 'source', name).length > 0).map(
        name => `spec.rules[${ruleIndex}].from[${index}].source.${name}`,
      ),
    ),
    ...listOf(rule, 'when').flatMap((when, index) =>
      (textOf(when, 'key') ?? '').startsWith('request.auth.') ? [`spec.rules[${ruleIndex}].when[${index}].key`] : [],
    ),
  ])
}

const HTTP_OPERATIONS = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths']

/** For each rule of an AuthorizationPolicy the ports it names and the fields that only HTTP has (istio.io, Authorization for TCP). */
export function httpRules({raw}: ConfigObject): readonly {
  readonly path: string
  readonly fields: readonly string[]
  readonly ports: readonly number[]
}[] {
  return listOf(raw, 'spec', 'rules').map((rule, index) => {
    const operations = listOf(rule, 'to').map(to => objectOf(to, 'operation'))
    const fields = operations.flatMap(each => HTTP_OPERATIONS.filter(name => textsOf(each, name).length > 0))
    const keys = listOf(rule, 'when')
      .map(when => textOf(when, 'key') ?? '')
      .filter(key => key.startsWith('request.'))
    const sources = listOf(rule, 'from').flatMap(from =>
      JWT_SOURCES.filter(name => textsOf(from, 'source', name).length > 0),
    )
    return {
      path: `spec.rules[${index}]`,
      fields: [...new Set([...fields, ...sources, ...keys])],
      ports: operations.flatMap(each => textsOf(each, 'ports').map(Number)),
    }
  })
}

/** The ports of a PeerAuthentication's portLevelMtls. */
export function mtlsPorts({raw}: ConfigObject): readonly number[] {
  return Object.keys(objectOf(raw, 'spec', 'portLevelMtls') ?? {})
    .filter(key => /^\d+$/.test(key))
    .map(Number)
}

const LISTS = ['accessLogging', 'metrics', 'tracing']

/** The extension providers a Telemetry or a CUSTOM AuthorizationPolicy names (istio.io, Telemetry and AuthorizationPolicy). */
export function providerReferences({raw}: ConfigObject): readonly PlacedText[] {
  const listed = LISTS.flatMap(list =>
    listOf(raw, 'spec', list).flatMap((each, index) =>
      listOf(each, 'providers').map((provider, number) => ({
        value: textOf(provider, 'name') ?? '',
        path: `spec.${list}[${index}].providers[${number}].name`,
      })),
    ),
  )
  const custom = textOf(raw, 'spec', 'action') === 'CUSTOM' ? textOf(raw, 'spec', 'provider', 'name') : undefined
  return custom === undefined ? listed : [...listed, {value: custom, path: 'spec.provider.name'}]
}
