import {UserError} from './user-error.js'

/** Thrown where a part of some evidence is looked at that turns out to be damaged; the report names it as a gap. */
export class UnreadablePart extends UserError {
  constructor(reason: string) {
    super(reason)
    this.name = 'UnreadablePart'
  }
}
