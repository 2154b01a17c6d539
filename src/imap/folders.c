// SPDX-License-Identifier: Apache-2.0
/* Which mailbox is for what: by special-use in a plain LIST (RFC 6154), else by the names mail programs give. */
#include "base/text.h"
#include "imap/internal.h"

enum { CANDIDATES_SHOWN = 12 };

/* The last part of a mailbox's path, as mail programs in use name it. */
static const char *const sent_names[] = {
	"Sent", "Sent Items", "Sent Messages", "Sent Mail", "Sent-Mail",
	"Gesendet", "Gesendete Elemente", "Gesendete Objekte", "Gesendete Nachrichten",
	"Envoyés", "Éléments envoyés", "Messages envoyés", "Courrier envoyé",
	"Enviados", "Elementos enviados", "Mensajes enviados", "Correo enviado",
	"Itens enviados", "Mensagens enviadas", "Enviadas",
	"Inviati", "Inviata", "Posta inviata", "Elementi inviati", "Messaggi inviati",
	"Verzonden", "Verzonden items", "Verzonden berichten", "Verzonden objecten",
	"Skickat", "Skickade", "Skickade objekt", "Sendt", "Sendte", "Sendte elementer", "Sendt post",
	"Lähetetyt", "Lähetetyt kohteet", "Saadetud", "Nosūtītie", "Išsiųsta", "Išsiųsti",
	"Wysłane", "Elementy wysłane", "Odeslané", "Odeslaná pošta", "Odeslané položky",
	"Odoslané", "Odoslaná pošta", "Elküldött", "Elküldött elemek", "Trimise", "Mesaje trimise",
	"Poslano", "Poslane", "Poslato", "Изпратени", "Отправленные", "Надіслані", "Адпраўленыя",
	"Απεσταλμένα", "Gönderilmiş Öğeler", "Gönderilenler", "Gönderilmiş",
	"已发送", "已发送邮件", "已傳送郵件", "寄件備份", "寄件匣備份", "送信済み", "送信済みアイテム", "送信済みメール",
	"보낸편지함", "보낸 편지함", "보낸 메일함", "المرسلة", "البريد المرسل", "العناصر المرسلة",
	"נשלחו", "פריטים שנשלחו", "भेजे गए", "भेजे गए आइटम", "ส่งแล้ว", "รายการที่ถูกส่ง", "Terkirim",
	"Đã gửi", "Thư đã gửi",
};

static const char *const junk_names[] = {
	"Junk", "Junk E-mail", "Junk Email", "Junk-E-Mail", "Spam", "Spamverdacht", "Bulk", "Bulk Mail",
	"Unerwünscht", "Unerwünschte Werbung", "Pourriel", "Indésirables", "Courrier indésirable",
	"Correo no deseado", "Correo basura", "Lixo Eletrônico", "Lixo Eletrónico", "Posta indesiderata",
	"Ongewenste e-mail", "Ongewenst", "Skräppost", "Søppelpost", "Uønsket e-mail", "Uønsket mail",
	"Roskaposti", "Wiadomości-śmieci", "Niechciane", "Nevyžádaná pošta", "Levélszemét", "Nedorite",
	"Neželjena pošta", "Нежелательная почта", "Спам", "Небажана пошта", "Ανεπιθύμητη αλληλογραφία",
	"Gereksiz", "Önemsiz E-posta", "垃圾邮件", "垃圾郵件", "迷惑メール", "정크 메일", "스팸편지함",
};

static const char *const trash_names[] = {
	"Trash", "Deleted", "Deleted Items", "Deleted Messages", "Bin", "Papierkorb", "Gelöscht",
	"Gelöschte Elemente", "Gelöschte Objekte", "Corbeille", "Éléments supprimés", "Messages supprimés",
	"Papelera", "Elementos eliminados", "Lixeira", "Itens Excluídos", "Itens eliminados", "Cestino",
	"Posta eliminata", "Elementi eliminati", "Prullenbak", "Prullenmand", "Verwijderde items",
	"Papperskorgen", "Borttaget", "Borttagna objekt", "Papirkurv", "Slettet post", "Slettede elementer",
	"Roskakori", "Poistetut", "Kosz", "Elementy usunięte", "Koš", "Odstraněná pošta", "Lomtár",
	"Törölt elemek", "Coș de gunoi", "Elemente șterse", "Кошче", "Корзина", "Удаленные", "Удалённые",
	"Кошик", "Видалені", "Κάδος", "Διαγραμμένα", "Çöp Kutusu", "Silinmiş Öğeler", "已删除", "已删除邮件",
	"刪除的郵件", "ゴミ箱", "削除済みアイテム", "휴지통", "지운 편지함",
};

/* What a mailbox may be for. */
struct use {
	const char *special;
	const char *const *names;
	size_t n;
};
static const struct use sent_use = { "Sent", sent_names, sizeof(sent_names) / sizeof(*sent_names) };
static const struct use junk_use = { "Junk", junk_names, sizeof(junk_names) / sizeof(*junk_names) };
static const struct use trash_use = { "Trash", trash_names, sizeof(trash_names) / sizeof(*trash_names) };

static bool flagged(const struct mailimap_mailbox_list *box, const char *name)
{
	if (!box->mb_flag || !box->mb_flag->mbf_oflags)
		return false;
	for (clistiter *i = clist_begin(box->mb_flag->mbf_oflags); i; i = clist_next(i)) {
		const struct mailimap_mbx_list_oflag *flag = clist_content(i);
		if (flag->of_type == MAILIMAP_MBX_LIST_OFLAG_FLAG_EXT && flag->of_flag_ext &&
		    span_ieq(span_of(flag->of_flag_ext), span_of(name)))
			return true;
	}
	return false;
}

static bool can_be_opened(const struct mailimap_mailbox_list *box)
{
	return box->mb_name && mailbox_name_may_write(span_of(box->mb_name)) &&
	       !flagged(box, "NonExistent") &&
	       !(box->mb_flag && box->mb_flag->mbf_type == MAILIMAP_MBX_LIST_FLAGS_SFLAG &&
		 box->mb_flag->mbf_sflag == MAILIMAP_MBX_LIST_SFLAG_NOSELECT);
}

static bool named_for(const struct mailimap_mailbox_list *box, const struct use *use)
{
	BUF_CLEANUP struct buf name = BUF_CAPPED(4096);
	struct span rest;
	struct span last = SPAN_NONE;

	mailbox_name_decode(span_of(box->mb_name), &name);
	rest = buf_span(&name);
	if (box->mb_delimiter)
		while (span_split(&rest, box->mb_delimiter, &last))
			;
	else
		last = rest;
	for (size_t i = 0; i < use->n; i++)
		if (span_ieq(last, span_of(use->names[i])))
			return true;
	return false;
}

struct found {
	const struct use *use;
	const char *by_use; /* the first one of each */
	const char *by_name;
	unsigned named;
};

static void look_at(const struct mailimap_mailbox_list *box, struct found *f)
{
	if (!f->by_use && flagged(box, f->use->special))
		f->by_use = box->mb_name;
	if (named_for(box, f->use)) {
		f->by_name = f->by_name ? f->by_name : box->mb_name;
		f->named++;
	}
}

static enum imap_fault list_all(struct imap *imap, clist **boxes)
{
	*boxes = NULL;
	imap_arm(imap, imap->timeouts.list, FOLDERS_BYTES);
	int code = imap->broken ? MAILIMAP_ERROR_STREAM : mailimap_list(imap->m, "", "*", boxes);
	if (code != MAILIMAP_NO_ERROR)
		*boxes = NULL;
	return imap_outcome(imap, code, "LIST");
}

static void look_through(clist *boxes, struct found *f)
{
	for (clistiter *i = boxes ? clist_begin(boxes) : NULL; i; i = clist_next(i))
		if (can_be_opened(clist_content(i)))
			look_at(clist_content(i), f);
}

/* For the person who has to choose. */
static void show(clist *boxes, struct buf *out)
{
	unsigned n = 0;

	for (clistiter *i = boxes ? clist_begin(boxes) : NULL; i; i = clist_next(i)) {
		const struct mailimap_mailbox_list *box = clist_content(i);
		if (!can_be_opened(box))
			continue;
		if (n++ == CANDIDATES_SHOWN) {
			buf_puts(out, ", ...");
			return;
		}
		buf_puts(out, n > 1 ? ", " : "");
		mailbox_name_decode(span_of(box->mb_name), out);
	}
}

enum imap_fault imap_find_sent(struct imap *imap, struct buf *name)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(300);
	struct found f = { .use = &sent_use };
	clist *boxes;
	enum imap_fault fault = list_all(imap, &boxes);

	if (fault)
		return fault;
	look_through(boxes, &f);
	if (f.by_use || f.named == 1) {
		buf_puts(name, f.by_use ? f.by_use : f.by_name);
	} else {
		show(boxes, &shown);
		fault = imap_fail(imap, IMAP_WRONG, "%s: set sent_mailbox to one of: %s",
				  f.named ? "several mailboxes look like the one for sent mail"
					  : "no mailbox for sent mail was found",
				  buf_cstr(&shown));
	}
	if (boxes)
		mailimap_list_result_free(boxes);
	return fault;
}

enum imap_fault imap_find_thrown(struct imap *imap, struct buf *junk, struct buf *trash)
{
	struct found f[] = { { .use = &junk_use }, { .use = &trash_use } };
	struct buf *names[] = { junk, trash };
	clist *boxes;
	enum imap_fault fault = list_all(imap, &boxes);

	for (size_t i = 0; !fault && i < 2; i++) {
		look_through(boxes, &f[i]);
		if (f[i].by_use || f[i].by_name)
			buf_puts(names[i], f[i].by_use ? f[i].by_use : f[i].by_name);
	}
	if (boxes)
		mailimap_list_result_free(boxes);
	return fault;
}
