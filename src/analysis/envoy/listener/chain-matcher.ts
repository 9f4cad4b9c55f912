import {own} from '../../../model/collections/own.js'
import type {Extension} from '../../../model/envoy/core.js'
import type {FilterChain, Listener} from '../../../model/envoy/listener.js'
import {FilterStateInput, type MatcherTree, StringValue} from '../../../model/envoy/matching.js'
import {unpack} from '../../../model/envoy/schema.js'
import type {DownstreamConnection} from '../connection.js'
import {matchTree} from '../matching/tree.js'
import {known, undecided} from '../undecided.js'

// Inputs of a connection: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/matching/matching_api

type Input = (connection: DownstreamConnection) => string | undefined

function textOrNone(text: string): string | undefined {
  return text === '' ? undefined : text
}

/** The only addresses Envoy treats as loopback. */
const LOOPBACK = ['127.0.0.1', '::1']

/** Whether the client is on Envoy's own host: the canonical loopback address, or the same one as the listener's. */
export function isLocal(connection: DownstreamConnection): boolean {
  return LOOPBACK.includes(connection.remote.ip) || connection.remote.ip === connection.local.ip
}

const INPUTS: Readonly<Record<string, Input>> = {
  DestinationIPInput: c => c.local.ip,
  DestinationPortInput: c => String(c.local.port),
  SourceIPInput: c => c.remote.ip,
  SourcePortInput: c => String(c.remote.port),
  DirectSourceIPInput: c => c.directRemote.ip,
  SourceTypeInput: c => (isLocal(c) ? 'local' : undefined),
  ServerNameInput: c => textOrNone(c.serverName),
  TransportProtocolInput: c => textOrNone(c.transport),
  ApplicationProtocolInput: c => textOrNone(c.applicationProtocols.map(each => `'${each}'`).join(',')),
}
const NETWORK = 'extensions.matching.common_inputs.network.v3.'

/** The value of a connection-level input; false for any other input. */
export function connectionInput(input: Extension, connection: DownstreamConnection): string | undefined | false {
  const type = input.typedConfig?.type ?? ''
  const state = unpack(input.typedConfig, FilterStateInput)
  if (state !== undefined) return connection.filterState.get(known(state, 'an input').key ?? '')
  const name = type.startsWith(NETWORK) ? type.slice(NETWORK.length) : ''
  if (!Object.hasOwn(INPUTS, name)) return false
  return own(INPUTS, name)?.(connection)
}

/** The chain selected by a listener's matcher tree; the default chain when nothing matches. */
export function chainByMatcher(
  listener: Listener,
  matcher: MatcherTree,
  connection: DownstreamConnection,
): {readonly found: FilterChain | undefined; readonly isDefault: boolean} {
  const action = matchTree(matcher, input => {
    const value = connectionInput(input, connection)
    return value === false ? undecided(`matcher input ${input.name ?? ''}`, input.at) : value
  })
  if (action === undefined) return {found: listener.defaultFilterChain, isDefault: true}
  const value = unpack(action.typedConfig, StringValue)
  if (value === undefined) undecided(`action ${action.name ?? ''} of a filter chain matcher`, action.at)
  return {found: listener.filterChains.find(each => each.name === value.value), isDefault: false}
}
