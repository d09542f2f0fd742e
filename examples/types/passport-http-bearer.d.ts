// The published types of this package pull in those of another framework.
declare module 'passport-http-bearer' {
  import { Strategy as AnyStrategy } from 'passport';

  export class Strategy extends AnyStrategy {
    constructor(
      verify: (token: string, done: (error: unknown, user?: object | false) => void) => void,
    );
  }
}
