import type {ChainFunctions} from './chain-functions.js'
import {changedBy} from './changed-packets.js'
import type {Node} from './diagram.js'
import {withValues} from './dimensions.js'
import {knownValues, type Stage} from './stage.js'
import {UNCHANGED} from './transform.js'

/** The function for the packets of a stage, in terms of their properties at the start of the path. */
export type StageView = (node: Node, stage: Stage) => Node

/** A view of functions from stages: what is known about all packets of the stage is filled in, what rules changed is undone. */
export function stageView({context}: ChainFunctions): StageView {
  const {space} = context
  const {diagram} = space
  return (node, stage) => {
    const {done} = stage
    const changed = done === UNCHANGED ? node : changedBy(space, node, done)
    return withValues(diagram, changed, knownValues(space, stage))
  }
}
