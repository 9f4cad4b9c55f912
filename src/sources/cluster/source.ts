import {UserError} from '../../model/user-error.js'
import type {Source} from '../source.js'
import type {ClusterSettings} from './settings.js'

/** The live cluster; not reachable in this build. */
export async function clusterSource(_settings: ClusterSettings): Promise<Source> {
  throw new UserError('this build cannot talk to a live cluster yet', {
    hint: 'Give a bundle, a file, netns:NAME or sample with --from (or MESHCTL_FROM).',
    next: 'meshctl check deploy/reviews-v1 --from sample',
  })
}
