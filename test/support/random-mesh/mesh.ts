import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {chanceOf} from './chance.js'
import {policies} from './policies.js'
import {traffic} from './traffic.js'
import {workloads} from './workloads.js'

/** A small mesh drawn at random: objects that refer to each other, rightly and wrongly; the same for the same seed. */
export function randomMesh(seed: number): readonly KubeObject[] {
  const chance = chanceOf(seed)
  return [...workloads(chance), ...traffic(chance), ...policies(chance)]
}
