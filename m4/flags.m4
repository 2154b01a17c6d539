# SPDX-License-Identifier: Apache-2.0
# HB_COMPILER_FLAG(FLAG, [required]): adds FLAG to HB_CFLAGS if the compiler takes it without a warning.
AC_DEFUN([HB_COMPILER_FLAG], [
	AC_MSG_CHECKING([whether $CC takes $1])
	hb_saved="$CFLAGS"
	CFLAGS="$CFLAGS -Werror $1"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
		[AC_MSG_RESULT([yes]); HB_CFLAGS="$HB_CFLAGS $1"],
		[AC_MSG_RESULT([no])
		 m4_if([$2], [required], [AC_MSG_ERROR([the compiler must take $1])])])
	CFLAGS="$hb_saved"
])
# HB_LINKER_FLAG(FLAG): the same for HB_LDFLAGS.
AC_DEFUN([HB_LINKER_FLAG], [
	AC_MSG_CHECKING([whether the linker takes $1])
	hb_saved="$LDFLAGS"; hb_saved_c="$CFLAGS"
	LDFLAGS="$LDFLAGS $1"; CFLAGS="$CFLAGS -fPIE -Werror"
	AC_LINK_IFELSE([AC_LANG_PROGRAM()],
		[AC_MSG_RESULT([yes]); HB_LDFLAGS="$HB_LDFLAGS $1"], [AC_MSG_RESULT([no])])
	LDFLAGS="$hb_saved"; CFLAGS="$hb_saved_c"
])
