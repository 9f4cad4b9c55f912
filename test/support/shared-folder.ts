import {resolve} from 'node:path'

/** Where larger recordings lie when they are at hand (beside the repository); a user's clone does not have them. */
export const SHARED = resolve('../shared/data')
