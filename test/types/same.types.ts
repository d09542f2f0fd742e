import { same, typed } from './same.ts';

/** `any`, which may not pass for what it should be. */
type Anything = ReturnType<typeof JSON.parse>;

export function differences(): void {
  same<string, string>();
  same<{ readonly a?: 1 }, { readonly a?: 1 }>();

  // @ts-expect-error -- a narrower type
  same<'a', string>();
  // @ts-expect-error -- any fits everything, and is nothing else
  same<Anything, string>();
  // @ts-expect-error
  same<unknown, Anything>();
  // @ts-expect-error -- readonly
  same<{ a: 1 }, { readonly a: 1 }>();
  // @ts-expect-error -- optional
  same<{ a?: 1 }, { a: 1 | undefined }>();

  typed<number>()(Math.random());
  // @ts-expect-error
  typed<string>()(Math.random());
}
