import {humanCount} from '../../../model/text/human-count.js'
import type {CompiledChain} from '../packet-walk/compile.js'
import {TooManyNodes} from './diagram.js'
import type {PathFunctions} from './path-function.js'

/** How many chains are named, those with the most nodes. */
const MOST_NAMED = 3
/** Chains below this share of the nodes are not blamed. */
const LEAST_SHARE = 0.05

/** Why an answer was given up, naming the chains whose rules split packets the most; any other error is rethrown. */
export function whyGivenUp(error: unknown, paths: readonly PathFunctions[]): string {
  if (!(error instanceof TooManyNodes)) throw error
  const made = new Map<string, {chain: CompiledChain; nodes: number}>()
  for (const {chains} of paths)
    for (const [chain, nodes] of chains.made)
      made.set(chain.at, {chain, nodes: nodes + (made.get(chain.at)?.nodes ?? 0)})
  const ordered = [...made.values()].sort((a, b) => b.nodes - a.nodes)
  const all = ordered.reduce((sum, {nodes}) => sum + nodes, 0)
  const named = ordered
    .filter(({nodes}, place) => place === 0 || nodes >= all * LEAST_SHARE)
    .slice(0, MOST_NAMED)
    .map(({chain}) => `${chain.at} (${humanCount(chain.rules.length, 'rule')})`)
  return `${error.message}: gave up on ${named.length === 0 ? 'all rules' : named.join(', ')}`
}
