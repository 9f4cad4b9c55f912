import {listOf, objectOf, textOf} from '../../formats/decode.js'
import {resourcesOf} from '../../istiod/dump.js'
import type {Message} from '../../istiod/rbac/strings.js'
import {own} from '../../model/collections/own.js'

/** A rule in an RBAC filter of a proxy, by its key. */
export interface ProxyRule {
  readonly namespace: string
  readonly name: string
  readonly index: number
  readonly action: 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM'
  readonly dryRun: boolean
  readonly provider: string | undefined
}

const KEY =
  /^(?:istio-ext-authz-(?:(.+?)-)?)?ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[(\d+)\](-deny-due-to-bad-CUSTOM-action)?$/

const ACTIONS: Readonly<Record<string, ProxyRule['action']>> = {DENY: 'DENY', LOG: 'AUDIT'}

function rulesIn(filter: unknown): readonly ProxyRule[] {
  const config = objectOf(filter, 'typed_config')
  return (['rules', 'shadow_rules'] as const).flatMap(list => {
    const rules = objectOf(config, list)
    const action = own(ACTIONS, textOf(rules, 'action') ?? '') ?? 'ALLOW'
    return Object.keys(objectOf(rules, 'policies') ?? {}).flatMap((key): readonly ProxyRule[] => {
      const [, provider, namespace = '', name = '', index = ''] = KEY.exec(key) ?? []
      if (name === '') return []
      const custom = key.startsWith('istio-ext-authz')
      return [
        {
          namespace,
          name,
          index: Number(index),
          action: custom ? 'CUSTOM' : action,
          dryRun: list === 'shadow_rules' && !custom,
          provider: custom ? provider : undefined,
        },
      ]
    })
  })
}

/** Every rule in the RBAC filters of a proxy, each once. */
export function proxyRules(dump: Message): readonly ProxyRule[] {
  const found = new Map<string, ProxyRule>()
  for (const listener of resourcesOf(dump, 'listeners'))
    for (const filter of listOf(listener, 'filter_chains').flatMap(chain => listOf(chain, 'filters'))) {
      const inner = listOf(filter, 'typed_config', 'http_filters')
      for (const rule of [filter, ...inner]
        .filter(each => (textOf(each, 'name') ?? '').endsWith('.rbac'))
        .flatMap(rulesIn))
        found.set(JSON.stringify(rule), rule)
    }
  return [...found.values()]
}
