import {groupedBy} from '../../model/collections/grouped-by.js'
import type {ContainerFacts, ContainerGroup} from '../../model/kube/container-facts.js'

function isCalled({id, name, alsoKnownAs}: ContainerFacts, word: string): boolean {
  return (
    name === word ||
    id === word ||
    alsoKnownAs.includes(word) ||
    (id !== undefined && word.length >= 12 && id.startsWith(word))
  )
}

/** The container whose network namespace this one is in, following references at most as far as there are containers. */
function rootOf(container: ContainerFacts, all: readonly ContainerFacts[]): string {
  let current = container
  for (let step = 0; step < all.length; step += 1) {
    const {network} = current
    if (network.kind !== 'shared') return current.name
    const next = all.find(each => isCalled(each, network.with))
    if (next === undefined) return network.with
    current = next
  }
  return current.name
}

/** Containers by the network namespace they are in, in the order they were given. */
export function containerGroups(all: readonly ContainerFacts[]): readonly ContainerGroup[] {
  const groups = groupedBy(all, container => rootOf(container, all))
  return [...groups].map(([name, containers]) => ({name, containers}))
}

/** The group a container belongs to; undefined when no container has that name. */
export function groupOf(all: readonly ContainerFacts[], word: string): ContainerGroup | undefined {
  return containerGroups(all).find(
    ({name, containers}) => name === word || containers.some(each => isCalled(each, word)),
  )
}
